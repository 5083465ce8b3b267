"""The webhooks of the OpenAPI document are the pushes."""

from __future__ import annotations

import pytest
from jsonschema import Draft202012Validator

from notifications.push_contracts import PushEvent
from tests.api.document import Document
from tests.support.declared_pushes import row_of


@pytest.fixture(scope="module")
def document():
    return Document()


def test_each_push_is_a_webhook(document):
    assert set(document.closed["webhooks"]) == {event.value for event in PushEvent}


@pytest.mark.parametrize("event", PushEvent)
def test_the_example_of_a_push_has_exactly_the_members_that_its_webhook_declares(document, event):
    operation = document.closed["webhooks"][event.value]["post"]
    [(media_type, content)] = operation["requestBody"]["content"].items()
    assert media_type == "application/json"
    schema = {**content["schema"], "components": document.closed["components"]}
    assert [error.message for error in Draft202012Validator(schema).iter_errors(content["example"])] == []


@pytest.mark.parametrize("event", PushEvent)
def test_a_webhook_says_who_hears_it_and_where(document, event):
    operation = document.closed["webhooks"][event.value]["post"]
    assert operation["x-channels"]
    for audience in row_of(event).audiences:
        assert audience.who in operation["description"]
        assert set(audience.channels) <= set(operation["x-channels"])
