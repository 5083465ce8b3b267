"""What a story says of receivers is true however much waits, and however long ago it was."""

from __future__ import annotations

import pytest

from livestream.models import EventRecord, OutboxMessage, ReceiverRun
from tests.story.conftest import NOW
from tests.support.outbox import run_due
from tests.support.people import make_funding, make_session

pytestmark = pytest.mark.django_db


@pytest.fixture
def funding(moving):
    goal = make_funding(make_session(), target=1000)
    run_due()
    return goal


def pending(goal, position, **fields):
    times = {"eta": NOW, "due_at": NOW, "created_at": NOW}
    kwargs = {"position": position, "receiver": "goal.created:track_goals"}
    return OutboxMessage(actor="run_receiver", kwargs=kwargs, subject=goal.id, **(times | fields))


def created(goal):
    return EventRecord.objects.get(goal_id=goal.id, name="goal.created").position


def said_of(desk, goal, name="goal.created"):
    lines = (line.text for entry in desk.story(goal).entries("event") if entry.title == name for line in entry.lines)
    return [text for text in lines if text.startswith("track_goals")]


def test_what_waits_is_told_however_much_else_waits(desk, funding):
    ReceiverRun.objects.all().delete()
    before = len(desk.queries(funding))
    others = [pending(funding, 10**6 + number) for number in range(1200)]
    OutboxMessage.objects.bulk_create([*others, pending(funding, created(funding))])
    assert said_of(desk, funding) == ["track_goals: waits to run"]
    assert len(desk.queries(funding)) == before


@pytest.mark.parametrize(
    ("days", "age", "said"),
    [
        (30, 29, "not known to have run"),
        (30, 30, "done, when is no longer kept"),
        (0, 900, "not known to have run"),
    ],
)
def test_of_what_left_no_trace_only_the_old_is_taken_to_be_done(desk, funding, moving, settings, days, age, said):
    settings.RETENTION_DAYS = days
    ReceiverRun.objects.all().delete()
    OutboxMessage.objects.all().delete()
    moving.advance(seconds=age * 86_400)
    assert said_of(desk, funding) == [f"track_goals: {said}"]
