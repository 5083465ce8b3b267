"""A show is recorded from its start until it ends, one way or the other."""

from __future__ import annotations

from livestream import clock
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
from sessions_app.services import record_wishes


@receives(GOAL_STARTED, types={SHOW}, effect=True)
@receives(GOAL_COMPLETED, types={SHOW}, when=reached, effect=True)
@receives(GOAL_ENDED, types={SHOW}, when=not_reached, effect=True)
def record_show_with_rtc(event: GoalEvent) -> None:
    want = record_wishes.want_start if isinstance(event, GoalStarted) else record_wishes.want_stop
    want(event=event, now=clock.now())
