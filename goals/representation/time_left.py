"""How much of a performance is left: what a client counts down (spec section 5)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TypedDict

from goals.models import Goal
from goals.selectors import STRETCH_WAS_LEFT
from livestream import clock
from livestream.clock import to_epoch

_A_SECOND = timedelta(seconds=1)


class TimeLeft(TypedDict):
    """Seconds to perform, when they will be over if nobody leaves the stage, and the time that both refer to."""

    remaining: int | None
    due_at: int | None
    server_time: int | None


NOTHING_LEFT: TimeLeft = {"remaining": None, "due_at": None, "server_time": None}


def time_left(goal: Goal) -> TimeLeft:
    """Return what is left of a goal that is performed and not over; otherwise all members are null.

    While the streamer is on stage, `remaining` is as of `server_time`, and `due_at` is when the last
    target is reached. While they are not, `remaining` stands still, and the other two are null.
    """
    if goal.ended_at is not None or not goal.is_performed:
        return NOTHING_LEFT
    before = _performed_before(goal)
    if not goal.active or goal.stage_started is None or goal.stage_paused is not None:
        left = goal.target - max(before // _A_SECOND, goal.progress)
        return {"remaining": max(left, 0), "due_at": None, "server_time": None}
    due = goal.stage_started + timedelta(seconds=goal.target) - before
    # In whole seconds of the clock, so that all documents on stage change at the same moment, as the feed's state does.
    due_at, server_time = _rounded_up(due), to_epoch(clock.now())
    remaining = max(min(due_at - server_time, goal.target - before // _A_SECOND), 0)
    comes_first = goal.exp is None or due <= goal.exp
    return {"remaining": remaining, "due_at": due_at if comes_first else None, "server_time": server_time}


def _performed_before(goal: Goal) -> timedelta:
    """Return the time of the stretches that the streamer has left; `selectors.goals` has read it with the goal."""
    if not hasattr(goal, "performed_before"):
        closed = goal.intervals.filter(STRETCH_WAS_LEFT).values_list("opened_at", "closed_at")
        return sum((end - start for start, end in closed if end), timedelta())
    read: timedelta | None = goal.performed_before
    return read or timedelta()


def _rounded_up(at: datetime) -> int:
    return to_epoch(at + timedelta(microseconds=999_999))
