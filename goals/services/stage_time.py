"""Time on stage, as known at a moment, and its consequences for a goal's end (spec section 5)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import takewhile

from django.conf import settings

from goals import rules, stage
from goals.models import Goal, PerformanceInterval
from goals.services import paid_time

# How long an end waits for `complete_performance`, which asks the realtime server up to twice.
_LONGEST_DOUBT = timedelta(seconds=10)
_A_MOMENT = timedelta(seconds=1)


def stretches_of(*, goal: Goal, now: datetime, closed: bool = False) -> list[stage.Interval]:
    """Return the intervals on stage of a goal, as known now; `closed` closes the open one."""
    rows = goal.marks.filter(in_time=True).order_by("at", "id").values_list("at", "joined", "source")
    marks = [stage.Mark(*row) for row in rows]
    started = goal.agreed_at or goal.started_at or goal.created_at
    found = stage.intervals(marks, start=started, opens_until=goal.session.ended_at)
    last = _last_moment(goal)
    if closed or (last and last <= now):
        found = stage.closed(found, at=min(last, now) if last else now, by=stage.END)
    return found if goal.escrow_id else stage.without(found, paid_time.of_streamer(goal=goal, since=started))


def replace_stored(*, goal: Goal, stretches: Sequence[stage.Interval]) -> bool:
    """Store the intervals of a locked goal, and return whether any of them differs from before.

    Those before the first difference stay as they are: a streamer who comes and goes often has many.
    """
    fields = ("opened_at", "closed_at", "opened_by", "closed_by")
    rows = [(each.opened_at, each.closed_at, each.opened_by, each.closed_by) for each in stretches]
    stored = list(goal.intervals.order_by("opened_at", "id").values_list("id", *fields))
    same = sum(1 for _ in takewhile(lambda pair: pair[0][1:] == pair[1], zip(stored, rows, strict=False)))
    if same == len(stored) == len(rows):
        return False
    goal.intervals.filter(pk__in=[row[0] for row in stored[same:]]).delete()
    PerformanceInterval.objects.bulk_create(
        PerformanceInterval(goal=goal, **dict(zip(fields, row, strict=True))) for row in rows[same:]
    )
    return True


def is_open(*, stretches: Sequence[stage.Interval]) -> bool:
    """Return whether the last interval is open: the streamer is on stage, and its goal is not at its last moment."""
    return bool(stretches) and stretches[-1].closed_at is None


def may_go_on(*, stretches: Sequence[stage.Interval]) -> bool:
    """Return whether the streamer, as far as is known, has not left, even if no more time can count."""
    return bool(stretches) and not stretches[-1].left


def patience() -> timedelta:
    """Return how long a performance that reached its target waits for late webhooks."""
    return timedelta(seconds=settings.STAGE_PATIENCE)


def in_doubt_until(*, goal: Goal, now: datetime) -> datetime | None:
    """Return when to check again whether a locked goal completes, or None if its end need not wait.

    The end waits if the target is reached but a late webhook may still say that the streamer left
    before: `complete_performance` needs STAGE_PATIENCE and up to two answers of the realtime server.
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
    """Return whether a goal has had no performed second for SHOW_MAX_WAIT, and nobody is on stage."""
    since = now - timedelta(seconds=settings.SHOW_MAX_WAIT)
    if not goal.active or goal.started_at is None or goal.started_at > since:
        return False
    stretches = stretches_of(goal=goal, now=now)
    return not is_open(stretches=stretches) and stage.between(stretches, start=since, end=now) == 0


def _last_moment(goal: Goal) -> datetime | None:
    """Return the last moment at which time on stage can count, or None."""
    ended_at = goal.session.ended_at
    left = rules.lives_until(goal_type=goal.type, ended_at=ended_at) if ended_at else None
    return min((moment for moment in (goal.exp, left) if moment), default=None)
