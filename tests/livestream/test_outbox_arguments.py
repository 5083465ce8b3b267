"""What a task is given: checked when it is enqueued, revived when it runs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

import pytest
from django.db import transaction

from livestream import clock
from livestream.models import OutboxMessage
from livestream.outbox import Delivery, durable, enqueue, external, pending_messages, performing
from livestream.outbox.registry import task_of
from tests.support.broker import silent_broker

pytestmark = pytest.mark.django_db

AT = datetime(2026, 5, 1, 20, 0, 0, 123456, tzinfo=UTC)
heard: list[dict[str, Any]] = []


class Kind(StrEnum):
    SHOW = "show"


@durable(subject="goal_id")
def listen(now: datetime, *, goal_id: str, since: datetime | None = None, kind: Kind | None = None) -> str:
    """Keep what it was given."""
    heard.append({"now": now, "goal_id": goal_id, "since": since, "kind": kind})
    return goal_id


@external(name="Whisper")
def whisper(*, words: list[str]) -> None:
    """Keep what it was given, and know no moment."""
    heard.append({"words": words})


def undeclared(*, goal_id: str) -> None:
    """No task."""


@pytest.fixture(autouse=True)
def _nobody_else_works():
    heard.clear()
    with silent_broker():
        yield


@pytest.fixture
def moving():
    with clock.frozen(AT) as moving:
        yield moving


def perform():
    [row] = OutboxMessage.objects.all()
    performing.perform(message_id=row.id)
    return OutboxMessage.objects.values_list("error", flat=True).first()


def test_a_task_called_directly_is_the_plain_function():
    assert listen(now=AT, goal_id="g", kind=Kind.SHOW) == listen(AT, goal_id="g", kind=Kind.SHOW) == "g"
    assert heard == [{"now": AT, "goal_id": "g", "since": None, "kind": Kind.SHOW}] * 2
    assert (task_of(listen).function, listen.__name__) == (listen, "listen")
    assert not OutboxMessage.objects.exists()


def test_the_worker_fills_in_the_moment_in_which_it_runs(moving):
    enqueue(listen, Delivery(eta=AT + timedelta(seconds=60)), goal_id="g")
    assert OutboxMessage.objects.get().kwargs == {"goal_id": "g"}
    moving.advance(seconds=75)
    perform()
    assert heard == [{"now": AT + timedelta(seconds=75), "goal_id": "g", "since": None, "kind": None}]


def test_a_task_without_a_moment_is_given_none():
    enqueue(whisper, words=["a", "b"])
    assert OutboxMessage.objects.get().actor == "Whisper"
    perform()
    assert heard == [{"words": ["a", "b"]}]


def test_datetimes_and_enums_arrive_as_they_were_sent(moving):
    since = AT - timedelta(days=1, microseconds=1)
    enqueue(listen, goal_id="g", since=since, kind=Kind.SHOW)
    stored = {"goal_id": "g", "since": "2026-04-30T20:00:00.123455+00:00", "kind": "show"}
    assert OutboxMessage.objects.get().kwargs == stored
    perform()
    assert heard == [{"now": AT, "goal_id": "g", "since": since, "kind": Kind.SHOW}]
    assert type(heard[0]["kind"]) is Kind


@pytest.mark.parametrize("seconds", [AT.timestamp(), int(AT.timestamp())])
def test_a_datetime_stored_as_unix_seconds_by_the_release_before_is_understood(moving, seconds):
    store(actor="listen", kwargs={"goal_id": "g", "since": seconds})
    perform()
    assert heard[0]["since"] == datetime.fromtimestamp(seconds, tz=UTC)


def test_stored_arguments_that_this_release_does_not_take_are_a_failure_that_names_them(moving):
    store(actor="listen", kwargs={"goal_id": "g", "of_tomorrow": 1})
    assert "of_tomorrow" in perform()
    assert heard == []


@pytest.mark.parametrize(
    ("kwargs", "said"),
    [
        ({}, r"listen\(\): missing a required .*argument: 'goal_id'"),
        ({"goal_id": "g", "goal": "g"}, r"listen\(\): .*unexpected keyword argument 'goal'"),
        ({"goal_id": "g", "now": AT}, r"listen\(\): multiple values for argument 'now'"),
        ({"goal_id": object()}, r"listen\(\): Object of type object is not JSON serializable"),
    ],
)
def test_wrong_arguments_are_refused_when_they_are_enqueued(kwargs, said):
    with pytest.raises(TypeError, match=said):
        enqueue(listen, **kwargs)
    assert not OutboxMessage.objects.exists()


@pytest.mark.parametrize(("task", "args"), [(listen, [AT]), (listen, ["g"]), (whisper, [["a"]])])
def test_positional_arguments_are_refused(task, args):
    with pytest.raises(TypeError, match="by keyword"):
        enqueue(task, Delivery(), *args)
    assert not OutboxMessage.objects.exists()


def test_a_moment_is_refused_by_a_task_that_takes_none():
    with pytest.raises(TypeError, match="'now'"):
        enqueue(whisper, words=[], now=AT)


@pytest.mark.parametrize("task", [undeclared, "listen", print])
def test_what_was_not_declared_is_refused(task):
    with pytest.raises(TypeError, match="not declared"):
        enqueue(task, goal_id="g")
    with pytest.raises(TypeError, match="not declared"):
        pending_messages(task, key="k")


@pytest.mark.parametrize(("delivery", "subject"), [(Delivery(), "g"), (Delivery(subject="s"), "s")])
def test_a_message_is_found_by_the_argument_that_the_task_declares_or_by_what_is_said(delivery, subject):
    enqueue(listen, delivery, goal_id="g")
    assert OutboxMessage.objects.get().subject == subject


def test_a_task_may_have_no_subject():
    enqueue(whisper, words=[])
    assert OutboxMessage.objects.get().subject == ""


def test_pending_messages_are_those_of_one_task_under_one_key():
    for key in ("a", "b"):
        enqueue(listen, Delivery(key=key), goal_id="g")
    enqueue(whisper, Delivery(key="a"), words=[])
    assert [(row.actor, row.key) for row in pending_messages(listen, key="a")] == [("listen", "a")]
    assert not pending_messages(whisper, key="b").exists()


def store(**row: Any) -> None:
    """Store a message as another release did."""
    with transaction.atomic():
        now = clock.now()
        OutboxMessage.objects.create(eta=now, due_at=now, created_at=now, **row)
