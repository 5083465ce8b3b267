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
from livestream.outbox import enqueue


@receives(SESSION_STARTED, effect=True)
@receives(SESSION_ENDED, effect=True)
@receives(GOAL_ADDED, effect=True)
def generate_livestream_feed(event: SessionEvent | GoalAdded) -> None:
    session_id = event.session_id
    kwargs = {"session_id": session_id}
    enqueue("update_livestream_feed", kwargs=kwargs, key=session_id, subject=session_id)
