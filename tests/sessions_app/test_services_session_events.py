"""The events of sessions in analytics."""

import pytest

from livestream import clock
from livestream.events.contracts import SessionEnded, SessionStarted
from livestream.models import OutboxMessage
from sessions_app.services import ending, opening, session_events

pytestmark = pytest.mark.django_db


def tracked(event):
    session_events.track_session_status(event=event)
    return OutboxMessage.objects.get(actor="track", key=event.event_id).kwargs


@pytest.mark.parametrize(("payload", "name"), [(SessionStarted, "session.started"), (SessionEnded, "session.ended")])
def test_a_session_is_counted_at_the_moment_it_happened(session, now, payload, name):
    opening.start_session(session_id=session.id, caller_id=session.streamer_id, now=now)
    ending.deactivate_session(session_id=session.id, now=now)
    session.refresh_from_db()
    event = payload(**session_events.payload_of(session=session))
    sent = tracked(event)
    assert (sent["event"], sent["insert_id"]) == (name, event.event_id)
    assert (sent["user_id"], sent["time"]) == (session.streamer_id, clock.to_epoch(now))
    assert sent["properties"]["session_id"] == session.id


def test_an_event_that_is_tracked_twice_counts_once(session):
    event = SessionStarted(**session_events.payload_of(session=session))
    tracked(event)
    tracked(event)
    assert OutboxMessage.objects.filter(actor="track").count() == 1
