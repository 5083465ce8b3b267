"""Every answer of the API in every test is held against the document, each shape once.

A pytest plugin: whichever test provokes an answer that the document does not describe, fails.
"""

from __future__ import annotations

import functools
import gzip
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import pytest
from django.conf import settings
from django.core.handlers.base import BaseHandler
from django.http import HttpRequest, HttpResponse

from tests.api.document import Document, Operation

_CONVERTER = re.compile(r"<(?:\w+:)?(\w+)>")
# Texts that say which shape an object has.
_TELLING = ("code", "type", "name", "event")

_SERVICE = "livestream.urls"


@dataclass(frozen=True)
class Answer:
    """What was answered to whom; `shape` tells answers apart that the document may describe differently."""

    path: str
    method: str
    status: int
    kind: str
    shape: Any
    body: Any = field(compare=False)


class Recorder:
    """Keeps the answers whose shape is new, until they are compared."""

    def __init__(self) -> None:
        self._seen: set[Answer] = set()
        self._waiting: list[Answer] = []

    def note(self, request: HttpRequest, response: HttpResponse) -> None:
        """Keep an answer, unless there was one of the same shape."""
        if settings.ROOT_URLCONF != _SERVICE:  # a test with views of its own
            return
        answer = _answer_of(request, response)
        if answer is not None and answer not in self._seen:
            self._seen.add(answer)
            self._waiting.append(answer)

    def mistakes(self) -> Iterator[str]:
        """Compare what was kept with the document, and forget it."""
        while self._waiting:
            answer = self._waiting.pop()
            operation = _operations().get((answer.path, answer.method))
            if operation is None:
                continue
            for mistake in _document().mistakes(operation, answer.status, answer.kind, answer.body):
                yield f"{answer.method} {answer.path}: {mistake}"


def _answer_of(request: HttpRequest, response: HttpResponse) -> Answer | None:
    match = getattr(request, "resolver_match", None)
    if match is None or response.streaming or response.status_code == HTTPStatus.NOT_MODIFIED:
        return None
    content = response.content
    if response.get("Content-Encoding") == "gzip":
        content = gzip.decompress(content)
    kind = response.get("Content-Type", "").partition(";")[0]
    body = json.loads(content) if content and kind.endswith("json") else None
    path = "/" + _CONVERTER.sub(r"{\1}", match.route)
    return Answer(path, (request.method or "").lower(), response.status_code, kind, _shape(body), body)


def _shape(value: Any) -> Any:
    """Return the members and their types, with the texts that say which shape an object has."""
    if isinstance(value, dict):
        return tuple(
            (name, each if name in _TELLING and isinstance(each, str) else _shape(each))
            for name, each in sorted(value.items())
        )
    if isinstance(value, list):
        return frozenset(_shape(each) for each in value)
    return type(value).__name__


@functools.cache
def _document() -> Document:
    return Document()


@functools.cache
def _operations() -> dict[tuple[str, str], Operation]:
    return {(each.path, each.method): each for each in _document().operations.values()}


_recorder = Recorder()


def pytest_configure() -> None:
    """Listen to all that this process answers, to test clients and over HTTP."""
    get_response = BaseHandler.get_response

    @functools.wraps(get_response)
    def get_recorded_response(self: BaseHandler, request: HttpRequest) -> HttpResponse:
        response = get_response(self, request)
        _recorder.note(request, response)
        return response

    BaseHandler.get_response = get_recorded_response


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[Any]:
    """Fail the test that got an answer which the document does not describe."""
    result = yield
    mistakes = sorted(set(_recorder.mistakes()))
    if mistakes and not item.get_closest_marker("undocumented"):
        pytest.fail("\n".join(["An answer is not what the document says:", *mistakes]), pytrace=False)
    return result
