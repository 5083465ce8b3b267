"""A completed show leaves a clip behind (seed 002)."""

from __future__ import annotations

from livestream.events import receives
from livestream.events.conditions import reached
from livestream.events.contracts import GOAL_COMPLETED, SHOW, GoalCompleted
from sessions_app.services import clips


@receives(GOAL_COMPLETED, types={SHOW}, when=reached, effect=True)
def produce_livestream_clip_from_goal(event: GoalCompleted) -> None:
    clips.produce_livestream_clip(event=event)
