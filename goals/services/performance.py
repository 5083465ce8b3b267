"""Performing: from comings and goings on stage to seconds of progress (spec section 5)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from goals import rules, stage
from goals.models import Goal, PerformanceInterval, PerformanceMark
from goals.services import locking, progress
from goals.types import PERFORMED
from livestream.outbox import Delivery, durable, enqueue


def mark_stage(*, goal_id: str, user_id: str | None, at: datetime, joined: bool, source: str, now: datetime) -> bool:
    """Note that the streamer entered or left a goal's stage at `at`, once for each `source`.

    Ignores users other than the goal's streamer, goals that are not performed and goals that
    have ended. Returns whether the mark counts.
    """
    with transaction.atomic():
        known = Goal.objects.filter(pk=goal_id, type__in=PERFORMED)
        if not known.filter(streamer_id=user_id, ended_at=None).exists():
            return False
        goal = locking.lock_goal(goal_id=goal_id)
        if goal.ended_at is not None or goal.marks.filter(source=source).exists():
            return False
        PerformanceMark.objects.create(goal=goal, at=min(at, now), joined=joined, source=source)
        settle_stage(goal=goal, now=now)
        return True


def settle_stage(*, goal: Goal, now: datetime) -> None:
    """Compute a locked goal's performed seconds again, credit them and schedule the next level.

    An open interval is credited only up to a level it has reached; the rest of it when it
    is closed. A scheduled goal has no seconds yet: who is on stage early counts from its start.
    """
    if not goal.active:
        return
    stretches = _stretches(goal, now)
    _store(goal, stretches)
    _show_on_goal(goal, stretches)
    seconds = stage.performed(stretches)
    running = stage.performed(stretches, now=now)
    if rules.level_at(goal.levels, running) > goal.level:
        seconds = running
    # What was credited while on stage stays credited, but never more than is true by now.
    _credit(goal, min(max(seconds, goal.performed), running), now)
    if goal.active and _is_on(stretches):
        _plan(goal, stretches)


def close_stage(*, goal: Goal, now: datetime) -> None:
    """Close a locked goal's open interval now, or at its last moment, and credit all seconds."""
    if not goal.active:
        return
    stretches = stage.closed(_stretches(goal, now), at=now, by="end")
    _store(goal, stretches)
    _credit(goal, stage.performed(stretches), now)


@durable(subject="goal_id")
def complete_performance(now: datetime, *, goal_id: str) -> None:
    """Look whether a performance reached its next level while the streamer is on stage."""
    with transaction.atomic():
        settle_stage(goal=locking.lock_goal(goal_id=goal_id), now=now)


def ever_performed(*, goal: Goal, now: datetime) -> bool:
    """Return whether a second of a goal was performed, or is being performed."""
    return stage.performed(_stretches(goal, now), now=now) > 0


def _stretches(goal: Goal, now: datetime) -> list[stage.Interval]:
    marks = [stage.Mark(m.at, m.joined, m.source) for m in goal.marks.order_by("at", "id")]
    started = goal.started_at or goal.created_at
    found = stage.intervals(marks, start=started, opens_until=goal.session.ended_at)
    last = _last_moment(goal)
    return stage.closed(found, at=last, by="end") if last and last <= now else found


def _last_moment(goal: Goal) -> datetime | None:
    """Return until when time on stage can count, however late it is that anybody looks."""
    ended_at = goal.session.ended_at
    left = rules.lives_until(goal_type=goal.type, ended_at=ended_at) if ended_at else None
    return min((moment for moment in (goal.exp, left) if moment), default=None)


def _is_on(stretches: list[stage.Interval]) -> bool:
    return bool(stretches) and stretches[-1].closed_at is None


def _store(goal: Goal, stretches: list[stage.Interval]) -> None:
    goal.intervals.all().delete()
    PerformanceInterval.objects.bulk_create(
        PerformanceInterval(
            goal=goal,
            opened_at=each.opened_at,
            closed_at=each.closed_at,
            opened_by=each.opened_by,
            closed_by=each.closed_by,
        )
        for each in stretches
    )


def _credit(goal: Goal, seconds: int, now: datetime) -> None:
    """Bring progress to what was performed (seed 002); what a late webhook takes back is negative.

    The goal is locked and `seconds` are all of them, so the number of the step is key enough.
    """
    amount = seconds - goal.performed
    if not amount:
        return
    goal.performed = seconds
    goal.save(update_fields=["performed"])
    key = f"performed:{goal.steps.count() + 1}"
    progress.increment_goal_progress(goal_id=goal.id, amount=amount, key=key, now=now)
    goal.refresh_from_db()


def _plan(goal: Goal, stretches: list[stage.Interval]) -> None:
    """Schedule a check for the moment in which the next level will be reached."""
    following = rules.next_target(goal.levels, goal.level)
    if following is not None:
        reached_at = stage.reaches(stretches, seconds=following)
        enqueue(complete_performance, Delivery(eta=reached_at), goal_id=goal.id)


def _show_on_goal(goal: Goal, stretches: list[stage.Interval]) -> None:
    """Show when the streamer last came and left, in the order of time and not of arrival."""
    ends = [each.closed_at for each in stretches]
    goal.stage_started = stretches[-1].opened_at if stretches else None
    goal.stage_paused = ends[-1] if ends else None
    goal.stage_updated = max((end for end in ends if end), default=None)
    goal.save(update_fields=["stage_started", "stage_paused", "stage_updated"])
