"""track_goals: what analytics hears of goals."""

from __future__ import annotations

from goals.representation import privacy
from livestream.analytics import tracking
from livestream.events import receives
from livestream.events.contracts import (
    GOAL_AGREED,
    GOAL_COMPLETED,
    GOAL_CREATED,
    GOAL_ENDED,
    GOAL_PROGRESSED,
    GoalEvent,
)
from livestream.events.signals import DomainSignal


@receives(GOAL_CREATED, effect=True)
@receives(GOAL_PROGRESSED, effect=True)
@receives(GOAL_COMPLETED, effect=True)
@receives(GOAL_AGREED, effect=True)
@receives(GOAL_ENDED, effect=True)
def track_goals(event: GoalEvent) -> None:
    tracking.track(
        event=DomainSignal.of(event).name,
        user_id=event.streamer_id,
        insert_id=event.event_id,  # the same at every replay, so that it is counted once
        properties=privacy.countable(event.as_json()),
    )
