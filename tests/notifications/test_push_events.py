"""The table of pushes: what is declared of an event is what is sent, and the other way round."""

from __future__ import annotations

import re
from typing import Any, get_type_hints

import pytest
from django.db.models.signals import post_init

from notifications import channels, push_contracts
from notifications.models import Push
from notifications.push_contracts import PushEvent, UndeclaredPush
from notifications.push_events import TABLE
from notifications.services import pushes
from tests.notifications.conftest import NOW
from tests.support.declared_pushes import mistakes, row_of

ROWS = pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)


def test_each_event_has_one_row():
    assert sorted(row.name for row in TABLE) == sorted(event.value for event in PushEvent)


@ROWS
def test_the_payload_declares_the_members_of_the_data(row):
    required, optional = push_contracts.declared(row.event)
    fields = row.payload().fields
    assert required == {name for name, field in fields.items() if field.required}
    assert optional == {name for name, field in fields.items() if not field.required}


@ROWS
def test_the_example_is_what_the_payload_declares(row):
    assert mistakes(row.event, row.example) == []
    assert row.payload().to_representation(row.example) == row.example


@ROWS
def test_its_channels_are_channels_of_this_product(row):
    named = [re.sub(r"\{[a-z_]+\}", "6" * 24, pattern) for pattern in row.channels]
    assert named
    assert None not in [channels.parse(name) for name in named]


def push(**message):
    stored: dict[str, Any] = {"channels": ["private-user@1"], "subject": "s", "event_id": "e" * 24}
    pushes.push(**stored, **message, now=NOW)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "data",
    [{"escrow_id": "e", "goal_id": "g", "amount": 1, "payers": {}}, {"escrow_id": "e"}],
    ids=["undeclared", "missing"],
)
def test_data_with_another_member_or_without_one_is_not_sent(data):
    with pytest.raises(UndeclaredPush):
        push(event=PushEvent.ESCROW_COMPLETED, data=data)
    with pytest.raises(ValueError, match="exploded"):
        push(event="goal.exploded", data={})
    assert not Push.objects.exists()


def test_the_tests_look_at_every_depth():
    row = row_of(PushEvent.GOAL_ADDED)
    goal = row.example["goal"]
    undeclared = {**row.example, "goal": goal | {"terms": goal["terms"] | {"lottery": 1}}}
    assert mistakes(row.event, undeclared) == ["goal.added.goal.terms.lottery is not declared"]
    with pytest.raises(AssertionError, match="lottery"):
        Push(event=row.name, data=undeclared)
    assert post_init.has_listeners(Push)


def test_every_shape_is_described():
    shapes = {push_contracts.DATA[event] for event in PushEvent}
    assert all(get_type_hints(shape) and shape.__doc__ for shape in shapes)
    assert all(row.summary and row.description and row.audiences for row in TABLE)
