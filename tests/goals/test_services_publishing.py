"""What the log keeps of a goal's event, and what an older release kept of it."""

from __future__ import annotations

import pytest

from livestream import ids
from livestream.events import replaying
from livestream.models import EventRecord
from tests.goals.stories import quick_show
from tests.support.clients import client_of
from tests.support.outbox import run_due

pytestmark = pytest.mark.django_db

BOTH = ("session_id", "streamer_id")


@pytest.fixture
def show(session):
    return quick_show(session)


def test_every_event_of_a_goal_is_stored_with_its_session_and_its_streamer(session, show):
    stored = EventRecord.objects.filter(goal_id=show.id).order_by("position").values_list("name", "payload")
    assert [name for name, _ in stored] == ["goal.created", "goal.added", "goal.started"]
    for name, payload in stored:
        assert tuple(payload[each] for each in BOTH) == (session.id, session.streamer_id), name


def shown_of(show):
    """Return the events of the goal as its streamer reads them."""
    return client_of(show.streamer).get(f"/goals/{show.id}/events").json()["results"]


def test_the_list_of_a_goal_s_events_shows_both(session, show):
    shown = {tuple(each["data"][name] for name in BOTH) for each in shown_of(show)}
    assert shown == {(session.id, session.streamer_id)}


def stored_by_an_older_release(record):
    """Store the event again as it was stored before it had these two; the log is never changed."""
    payload = {name: value for name, value in record.payload.items() if name not in BOTH}
    return EventRecord.objects.create(
        event_id=ids.new_id(),
        name=record.name,
        payload=payload | {"event_id": ids.new_id()},
        goal_id=record.goal_id,
        session_id=record.session_id,
        user_id=record.user_id,
        occurred_at=record.occurred_at,
    )


def test_an_event_of_an_older_release_is_revived_replayed_and_shown(session, show):
    older = stored_by_an_older_release(EventRecord.objects.get(goal_id=show.id, name="goal.added"))
    event = replaying.revive(record=older)
    assert (event.session_id, event.streamer_id) == (session.id, session.streamer_id)
    assert replaying.replay_event(event_id=older.event_id) > 0
    run_due()
    [payload] = [each["data"] for each in shown_of(show) if each["id"] == older.event_id]
    assert (payload["session_id"], payload["streamer_id"]) == (session.id, session.streamer_id)
