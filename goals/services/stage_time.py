"""Time on stage as it is known at a moment, and what follows from it for a goal's end (spec section 5)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings

from goals import rules, stage
from goals.models import Goal
from goals.services import paid_time

# How long an end waits for a performance that has reached its target: two answers, and what they take.
_LONGEST_DOUBT = timedelta(seconds=10)
_A_MOMENT = timedelta(seconds=1)


def stretches_of(*, goal: Goal, now: datetime, closed: bool = False) -> list[stage.Interval]:
    """Return the intervals of a goal as they are known now; `closed` ends the open one."""
    marks = [stage.Mark(m.at, m.joined, m.source) for m in goal.marks.filter(in_time=True).order_by("at", "id")]
    started = goal.agreed_at or goal.started_at or goal.created_at
    found = stage.intervals(marks, start=started, opens_until=goal.session.ended_at)
    last = _last_moment(goal)
    if closed or (last and last <= now):
        found = stage.closed(found, at=min(last, now) if last else now, by=stage.END)
    return found if goal.escrow_id else stage.without(found, paid_time.of_streamer(goal=goal, since=started))


def may_go_on(*, stretches: Sequence[stage.Interval]) -> bool:
    """Return whether the streamer is not known to have left, also where no more time can count."""
    return bool(stretches) and not stretches[-1].left


def patience() -> timedelta:
    """Return how long a performance that reached its target waits for a webhook that is late."""
    return timedelta(seconds=settings.STAGE_PATIENCE)


def in_doubt_until(*, goal: Goal, now: datetime) -> datetime | None:
    """Return when to look again whether a locked goal completes, or None where its end need not wait.

    It must wait where the target is reached and nobody knows yet whether the streamer left before:
    `complete_performance` gets STAGE_PATIENCE and two answers of the realtime server.
    """
    if not goal.active or not goal.is_performed or not goal.levels:
        return None
    stretches = stretches_of(goal=goal, now=now, closed=True)
    if not may_go_on(stretches=stretches) or stage.performed(stretches) < goal.target:
        return None
    due = stage.reaches(stretches, seconds=goal.target) + patience()
    latest = due + _LONGEST_DOUBT
    return None if now >= latest else min(max(due, now) + _A_MOMENT, latest)


def reached_at(*, goal: Goal, now: datetime) -> datetime:
    """Return when the performance of an ended goal reached its target, or when it ended without."""
    ended_at = goal.ended_at or now
    stretches = stretches_of(goal=goal, now=now)
    if not goal.reached or not stretches:
        return ended_at
    return min(stage.reaches(stretches, seconds=goal.target), ended_at)


def is_given_up(*, goal: Goal, now: datetime) -> bool:
    """Return whether nobody has performed a second of a goal for SHOW_MAX_WAIT, nor is on stage."""
    since = now - timedelta(seconds=settings.SHOW_MAX_WAIT)
    if not goal.active or goal.started_at is None or goal.started_at > since:
        return False
    stretches = stretches_of(goal=goal, now=now)
    return not _is_on(stretches) and stage.between(stretches, start=since, end=now) == 0


def _last_moment(goal: Goal) -> datetime | None:
    """Return until when time on stage can count, however late it is that anybody looks."""
    ended_at = goal.session.ended_at
    left = rules.lives_until(goal_type=goal.type, ended_at=ended_at) if ended_at else None
    return min((moment for moment in (goal.exp, left) if moment), default=None)


def _is_on(stretches: Sequence[stage.Interval]) -> bool:
    return bool(stretches) and stretches[-1].closed_at is None
