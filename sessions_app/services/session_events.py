"""The payload of a session's events (seed 000), publishing changes, and tracking in analytics."""

from __future__ import annotations

from typing import Any

from livestream.analytics import tracking
from livestream.events import publish
from livestream.events.contracts import SESSION_CHANGED, SessionChanged, SessionEnded, SessionEvent
from sessions_app import embedded, selectors
from sessions_app.models import Session
from sessions_app.services import session_versions


def payload_of(*, session: Session) -> dict[str, Any]:
    """Return the payload of `session.started` and `session.ended` (seed 000)."""
    return {
        "session_id": session.id,
        "streamer_id": session.streamer_id,
        "preset": session.preset,
        "price": dict(session.prices),
        "show_goal_pairs": tuple(embedded.read("show_goal_pairs", session)),
    }


def publish_changed(*, session: Session) -> None:
    """Increment the version of a locked, changed session, and publish `session.changed`."""
    session_versions.bump(session_id=session.id)
    publish(SESSION_CHANGED, SessionChanged(**payload_of(session=session)))


def track_session_status(*, event: SessionEvent) -> None:
    """Track the start or end of a session in analytics, with the time at which it happened."""
    session = selectors.get_session(session_id=event.session_id)
    over = isinstance(event, SessionEnded)
    tracking.track(
        event="session.ended" if over else "session.started",
        user_id=event.streamer_id,
        insert_id=event.event_id,
        occurred_at=session.ended_at if over else session.started_at,
        properties={
            "session_id": event.session_id,
            "preset": event.preset,
            "price": event.price,
            "show_goal_pairs": len(event.show_goal_pairs),
        },
    )
