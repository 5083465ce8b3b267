"""One more level of a goal is reached (seed 002)."""

from __future__ import annotations

from goals.types import GoalType
from livestream import clock
from livestream.events import receives
from livestream.events.contracts import GOAL_COMPLETED, GoalCompleted
from notifications.services import mvps


@receives(GOAL_COMPLETED, types={GoalType.FUNDING}, effect=True, news=True)
def notify_livestream_mvps(event: GoalCompleted) -> None:
    mvps.push_livestream_mvps(
        goal_id=event.goal_id,
        streamer_id=event.streamer_id,
        event_id=event.event_id,
        now=clock.now(),
    )
