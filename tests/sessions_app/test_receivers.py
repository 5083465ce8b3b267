"""Which receivers of this floor act on what, and what they ask for (seeds 000 and 002)."""

import pytest
from django.conf import settings
from django.db import transaction

from goals.types import GoalType
from livestream import clock, users
from livestream.events import contracts
from livestream.events.contracts import (
    EXCLUSIVE,
    FUNDING,
    GOAL_ADDED,
    GOAL_COMPLETED,
    GOAL_ENDED,
    GOAL_STARTED,
    SESSION_ENDED,
    SESSION_STARTED,
    SHOW,
)
from livestream.events.registry import acting_receivers
from livestream.models import EventRecord, OutboxMessage
from sessions_app.services import session_events
from tests.sessions_app.shows import goal_event

SESSION_FACTS = {"session_id": "a" * 24, "streamer_id": "b" * 24, "preset": "public", "price": {}}


def ours(signal, event):
    """Return this floor's receivers that act on the event; those above are not its concern."""
    floor = "sessions_app."
    return [r for r in acting_receivers(signal, event) if r.function.__module__.startswith(floor)]


def acting(signal, event):
    """Return the names of those receivers, none of which may run while others wait for it."""
    assert all(each.effect for each in ours(signal, event))
    return {each.name for each in ours(signal, event)}


@pytest.mark.parametrize(
    ("signal", "payload"),
    [(SESSION_STARTED, contracts.SessionStarted), (SESSION_ENDED, contracts.SessionEnded)],
)
def test_on_a_session_the_feed_and_analytics_act(signal, payload):
    event = payload(**SESSION_FACTS)
    assert acting(signal, event) == {"generate_livestream_feed", "track_session_status"}


@pytest.mark.parametrize("goal_type", GoalType)
def test_on_any_added_goal_the_feed_acts(goal_type):
    event = goal_event(GOAL_ADDED, type=goal_type)
    assert acting(GOAL_ADDED, event) == {"generate_livestream_feed"}


@pytest.mark.parametrize(
    ("signal", "goal_type", "level", "names"),
    [
        (GOAL_STARTED, SHOW, 0, {"record_show_with_rtc"}),
        (GOAL_STARTED, FUNDING, 0, set()),
        (GOAL_COMPLETED, SHOW, 1, {"record_show_with_rtc", "produce_livestream_clip_from_goal"}),
        (GOAL_COMPLETED, FUNDING, 1, set()),
        (GOAL_COMPLETED, EXCLUSIVE, 1, set()),
        (GOAL_ENDED, SHOW, 0, {"record_show_with_rtc"}),
        (GOAL_ENDED, SHOW, 1, set()),
        (GOAL_ENDED, FUNDING, 0, set()),
        (GOAL_ENDED, EXCLUSIVE, 0, set()),
    ],
)
def test_a_show_is_recorded_until_it_ends_one_way_or_the_other(signal, goal_type, level, names):
    event = goal_event(signal, type=goal_type, level=level)
    assert acting(signal, event) == names


def tell(signal, event):
    """Run this floor's receivers of the event; return the calls that they stored."""
    for receiver in ours(signal, event):
        with transaction.atomic():
            receiver.function(event)
    return calls_left()


def calls_left():
    actors = ("StartRecord", "StopRecord", "create_post_from_livestream", "update_livestream_feed")
    rows = OutboxMessage.objects.filter(actor__in=actors, failed_at=None)
    return {row.actor: row.kwargs for row in rows}


@pytest.mark.django_db
def test_starting_a_show_stores_the_call_to_record_it():
    event = goal_event(GOAL_STARTED)
    assert tell(GOAL_STARTED, event)["StartRecord"] == {
        "goal_id": event.goal_id,
        "session_id": event.session_id,
        "streamer_id": event.streamer_id,
    }


@pytest.mark.django_db
def test_a_show_that_is_missed_stops_being_recorded():
    event = goal_event(GOAL_ENDED)
    assert tell(GOAL_ENDED, event)["StopRecord"]["goal_id"] == event.goal_id


@pytest.mark.django_db
def test_a_completed_show_leaves_a_clip_from_its_middle():
    event = goal_event(GOAL_COMPLETED, level=1)
    assert tell(GOAL_COMPLETED, event)["create_post_from_livestream"] == {
        "session_id": event.session_id,
        "goal_id": event.goal_id,
        "caption": "Dance",
        "duration": settings.LIVESTREAM_CLIP_GOAL_DURATION,
        "rewind_seconds": 300,
        "tags": ["feed:shorts_livestream", "bypass:review"],
        "completed_at": None,
    }


@pytest.mark.django_db
def test_a_clip_knows_when_its_show_completed_however_late_it_is_asked_for(at_eight):
    event = goal_event(GOAL_COMPLETED, level=1)
    logged = {"event_id": event.event_id, "name": GOAL_COMPLETED.name, "payload": event.as_json()}
    EventRecord.objects.create(**logged, occurred_at=at_eight.at)
    completed_at = at_eight.at.isoformat()
    at_eight.advance(seconds=600)
    assert tell(GOAL_COMPLETED, event)["create_post_from_livestream"]["completed_at"] == completed_at


@pytest.mark.django_db
def test_a_streamer_banned_from_clips_leaves_none(streamer):
    users.add_tag(user_id=streamer.id, tag="banned:livestream:create_clip", now=clock.now())
    event = goal_event(GOAL_COMPLETED, level=1, streamer_id=streamer.id)
    assert set(tell(GOAL_COMPLETED, event)) == {"StopRecord"}


@pytest.mark.django_db
def test_many_changes_of_a_session_ask_for_its_feed_once(session):
    facts = session_events.payload_of(session=session)
    tell(SESSION_STARTED, contracts.SessionStarted(**facts))
    tell(GOAL_ADDED, goal_event(GOAL_ADDED, session_id=session.id))
    tell(SESSION_ENDED, contracts.SessionEnded(**facts))
    assert calls_left() == {"update_livestream_feed": {"session_id": session.id}}
    assert OutboxMessage.objects.filter(actor="update_livestream_feed").count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("level", [0, 1])
def test_a_receiver_that_runs_twice_stores_its_call_once(level):
    signal = GOAL_COMPLETED if level else GOAL_STARTED
    event = goal_event(signal, level=level)
    assert tell(signal, event) == tell(signal, event)
    assert OutboxMessage.objects.count() == len(calls_left())
