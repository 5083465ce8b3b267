"""The plugin that compares every answer of every test with the document finds what is wrong."""

from __future__ import annotations

import gzip
from types import SimpleNamespace
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse, JsonResponse

from tests.api.document import PROBLEM
from tests.support.clients import client_of
from tests.support.recorded import Recorder

ROUTE, KEYS = ".well-known/jwks.json", {"keys": []}


def recorded(response: HttpResponse, *, route: str = ROUTE, method: str = "GET") -> list[str]:
    recorder, request = Recorder(), HttpRequest()
    request.method = method
    request.resolver_match = SimpleNamespace(route=route)  # type: ignore[assignment]
    recorder.note(request, response)
    return list(recorder.mistakes())


def zipped(body: dict[str, Any]) -> HttpResponse:
    plain = JsonResponse(body)
    packed = HttpResponse(gzip.compress(plain.content), content_type="application/json")
    packed["Content-Encoding"] = "gzip"
    return packed


def test_an_answer_that_is_declared_is_no_finding():
    assert recorded(JsonResponse(KEYS)) == []
    assert recorded(zipped(KEYS)) == []
    assert recorded(client_of().get("/wallet"), route="wallet") == []


@pytest.mark.parametrize(
    "response",
    [
        JsonResponse(KEYS | {"lottery": 1}),
        JsonResponse({"keys": "none"}),
        zipped({}),
        JsonResponse(KEYS, status=202),
        JsonResponse({"code": "sold_out"}, status=409, content_type=PROBLEM),
        JsonResponse({"code": "not_authenticated"}, status=401, content_type=PROBLEM),
        JsonResponse({"code": "not_authenticated"}, status=401),
        HttpResponse("<p>", content_type="text/html"),
    ],
    ids=["a member", "a type", "a member missing", "a status", "a code", "a problem", "a kind", "a page"],
)
def test_an_answer_that_is_not_declared_is_found(response):
    assert recorded(response)


def test_a_path_with_an_id_is_that_of_its_operation():
    undeclared = JsonResponse({"code": "sold_out"}, status=409, content_type=PROBLEM)
    assert recorded(undeclared, route="goals/<objectid:goal_id>") == [
        "get /goals/{goal_id}: 409 sold_out is not declared"
    ]
    assert recorded(undeclared, route="^") == recorded(undeclared, method="OPTIONS") == []


def test_each_shape_is_compared_once():
    recorder, request = Recorder(), HttpRequest()
    request.method, request.resolver_match = "GET", SimpleNamespace(route=ROUTE)  # type: ignore[assignment]
    for number in (1, 2):
        recorder.note(request, JsonResponse(KEYS | {"lottery": number}))
    assert len(list(recorder.mistakes())) == 1
    recorder.note(request, JsonResponse(KEYS | {"lottery": 3}))
    assert list(recorder.mistakes()) == []
