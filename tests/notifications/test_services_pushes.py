"""Storing what clients are to be told."""

import pytest
from django.db import transaction

from livestream.ids import new_id
from notifications import push_examples
from notifications.models import Push
from notifications.push_contracts import PushEvent
from notifications.services import pushes
from tests.notifications.conftest import NOW

pytestmark = pytest.mark.django_db


SALE = push_examples.SALE


def push(channels, goal=SALE):
    named = {"subject": "g", "event_id": "e" * 24}
    pushes.push(channels=channels, event=PushEvent.GOAL_ADDED, data={"goal": goal}, **named, now=NOW)
    return list(Push.objects.order_by("id"))


def test_a_push_waits_in_the_table_with_its_event_id_in_the_data():
    (row,) = push(["private-user@1"])
    assert (row.channels, row.event, row.subject) == (["private-user@1"], "goal.added", "g")
    own = pushes.push_id(event="goal.added", event_id="e" * 24, channel="private-user@1")
    assert row.data == {"goal": SALE, "event_id": "e" * 24, "push_id": own}
    assert (row.sent_at, row.failed_at, row.attempts, row.created_at) == (None, None, 0, NOW)


def test_more_than_a_hundred_channels_are_several_rows():
    names = [f"private-user@{number}" for number in range(250)]
    rows = push(names)
    assert [len(row.channels) for row in rows] == [100, 100, 50]
    assert [name for row in rows for name in row.channels] == names


def test_a_channel_is_told_once_however_often_it_is_named():
    (row,) = push(["a", "b", "a"])
    assert row.channels == ["a", "b"]


def test_nobody_to_tell_is_nothing_to_store():
    assert push([]) == []


def test_what_is_too_large_is_stored_without_its_levels():
    (row,) = push(["a"], goal=SALE | {"levels": [{"title": "票" * 5000, "target": 5}]})
    kept = {name: value for name, value in SALE.items() if name != "levels"}
    assert row.data["goal"] == kept | {"truncated": True}
    assert row.data["truncated"]


def test_all_rows_of_a_push_and_a_repeat_have_its_id_and_other_data_has_another():
    many = push([f"private-user@{number}" for number in range(250)])
    again = push(["private-user@0"])[3]
    (other,) = push(["private-user@1"])[4:]
    assert len({row.data["push_id"] for row in (*many, again)}) == 1
    assert other.data["push_id"] != again.data["push_id"]
    assert other.data["event_id"] == again.data["event_id"]


def test_a_push_is_gone_with_the_transaction_that_made_it_true():
    with transaction.atomic():
        push(["a"])
        transaction.set_rollback(True)
    assert not Push.objects.exists()


def test_many_are_stored_in_few_statements(django_assert_max_num_queries):
    messages = [
        pushes.Message(
            channels=[f"c{n}"],
            event=PushEvent.ESCROW_COMPLETED,
            data={"escrow_id": "e", "goal_id": "g", "amount": n},
            subject="s",
            event_id=new_id(),
        )
        for n in range(1000)
    ]
    with django_assert_max_num_queries(20):  # SQLite takes fewer values a statement
        pushes.push_all(messages=messages, now=NOW, bulk=True)
    assert Push.objects.filter(bulk=True).count() == 1000
