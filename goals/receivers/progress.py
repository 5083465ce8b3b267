"""goal.progressed and goal.completed: levels are reached, the last one ends the goal."""

from __future__ import annotations

from goals.endings import EndedBecause
from goals.services import lifecycle, progress
from livestream import clock
from livestream.events import receives
from livestream.events.conditions import reached
from livestream.events.contracts import (
    GOAL_COMPLETED,
    GOAL_PROGRESSED,
    GoalCompleted,
    GoalProgressed,
)


@receives(GOAL_PROGRESSED)
def trigger_goal_complete(event: GoalProgressed) -> None:
    progress.complete_levels(event=event)


@receives(GOAL_COMPLETED, when=reached)
def deactivate_goal(event: GoalCompleted) -> None:
    lifecycle.deactivate_goal(goal_id=event.goal_id, because=EndedBecause.COMPLETED, now=clock.now())
