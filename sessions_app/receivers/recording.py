"""A show is recorded from its start until it ends, one way or the other."""

from __future__ import annotations

from livestream.events import receives
from livestream.events.conditions import not_reached, reached
from livestream.events.contracts import (
    GOAL_COMPLETED,
    GOAL_ENDED,
    GOAL_STARTED,
    SHOW,
    GoalEvent,
    GoalStarted,
)
from livestream.outbox import enqueue


@receives(GOAL_STARTED, types={SHOW}, effect=True, stored="StartRecord")
@receives(GOAL_COMPLETED, types={SHOW}, when=reached, effect=True, stored="StopRecord")
@receives(GOAL_ENDED, types={SHOW}, when=not_reached, effect=True, stored="StopRecord")
def record_show_with_rtc(event: GoalEvent) -> None:
    actor = "StartRecord" if isinstance(event, GoalStarted) else "StopRecord"
    who = {"session_id": event.session_id, "streamer_id": event.streamer_id}
    kwargs = {"goal_id": event.goal_id, **who}
    enqueue(actor, kwargs=kwargs, key=event.goal_id, subject=event.goal_id)
