"""Until when a running goal may be watched by those who paid for it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import assert_never

from goals.models import Goal
from goals.types import GoalType


def grant_exp(*, goal: Goal, now: datetime) -> datetime:
    """Return the end of the grant.

    A private show ends at its `exp`. A show or a 1-on-1 takes what is left to perform: from when
    the streamer came on stage; while nobody is there, from `nbf`, and at the earliest from now
    (seed 004). One that has ended is over, however much of it was not performed.
    """
    match goal.kind:
        case GoalType.TRIGGER_PRIVATE:
            return goal.exp or now
        case GoalType.TRIGGER_EXCLUSIVE:
            return grant_exp(goal=goal.exclusive_goal, now=now) if goal.exclusive_goal else now
        case GoalType.FUNDING | GoalType.SHOW | GoalType.KARAOKE | GoalType.EXCLUSIVE:
            return _end_of_performance(goal, now)
        case _:
            assert_never(goal.kind)


def _end_of_performance(goal: Goal, now: datetime) -> datetime:
    if goal.ended_at is not None:
        return goal.ended_at
    came = None if goal.stage_paused else goal.stage_started
    began = came or max(goal.nbf or now, now)
    return began + timedelta(seconds=max(goal.target - goal.progress, 0))
