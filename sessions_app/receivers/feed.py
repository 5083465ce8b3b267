"""The stored feed of live sessions follows what happens in them."""

from __future__ import annotations

from livestream.events import receives
from livestream.events.contracts import (
    GOAL_ADDED,
    SESSION_ENDED,
    SESSION_STARTED,
    GoalAdded,
    SessionEvent,
)
from livestream.outbox import Delivery, enqueue
from sessions_app.services import feed


@receives(SESSION_STARTED, effect=True)
@receives(SESSION_ENDED, effect=True)
@receives(GOAL_ADDED, effect=True)
def generate_livestream_feed(event: SessionEvent | GoalAdded) -> None:
    enqueue(feed.update_livestream_feed, Delivery(key=event.session_id), session_id=event.session_id)
