"""A query names only what the list knows."""

import django_filters
import pytest
from django.http import QueryDict

from livestream import clock, ids
from livestream.api.filters import ObjectIdFilter
from livestream.models import OutboxMessage

pytestmark = [pytest.mark.urls("tests.livestream.api_site"), pytest.mark.django_db]


class MessageFilter(django_filters.FilterSet):
    subject = ObjectIdFilter()


def message(*, actor="track", subject=""):
    moment = clock.now()
    return OutboxMessage.objects.create(actor=actor, subject=subject, eta=moment, due_at=moment, created_at=moment)


def filtered(query):
    return MessageFilter(QueryDict(query), OutboxMessage.objects.all())


@pytest.mark.parametrize("query", ["colour=red", "actor=track&Actor=x", "actor__in=x", "%00=1"])
def test_an_unknown_parameter_is_refused_and_named(anonymous, query):
    response = anonymous.get(f"/messages?{query}")
    assert (response.status_code, response.json()["code"]) == (400, "unknown_parameter")
    assert [error["code"] for error in response.json()["errors"]] == ["unknown_parameter"]


def test_all_unknown_parameters_are_named_at_once(anonymous):
    errors = anonymous.get("/messages?b=1&a=2&actor=track").json()["errors"]
    assert [error["pointer"] for error in errors] == ["?a", "?b"]


@pytest.mark.parametrize("query", ["lang=en", "page_size=5", "kind=x", "actor=track", ""])
def test_known_parameters_are_let_through(anonymous, query):
    assert anonymous.get(f"/messages?{query}").status_code == 200


def test_a_filter_of_the_view_filters(anonymous):
    message(actor="track")
    wanted = message(actor="send_pushes")
    results = anonymous.get("/messages?actor=send_pushes").json()["results"]
    assert [row["id"] for row in results] == [wanted.id]


def test_a_nul_in_a_filter_is_refused_and_pointed_at(anonymous):
    response = anonymous.get("/messages?actor=%00")
    assert (response.status_code, response.json()["code"]) == (400, "validation_error")
    assert response.json()["errors"][0]["pointer"] == "?actor"


@pytest.mark.parametrize("value", ["x", "A" * 24, "1" * 25, "%00", "1" * 23 + "g"])
def test_an_id_that_is_no_id_is_refused(value):
    assert "subject" in filtered(f"subject={value}").errors


def test_an_id_finds_its_rows():
    wanted = message(subject=ids.new_id())
    message(subject=ids.new_id())
    assert list(filtered(f"subject={wanted.subject}").qs) == [wanted]
