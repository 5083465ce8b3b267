"""What a streamer's presence in their own stream means for stages: private shows, and leaving (spec section 5)."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet

from goals import stage
from goals.models import Goal, PerformanceInterval
from goals.services import blocks, locking, performance, stage_checks
from goals.types import HAS_STAGE_CHANNEL, PERFORMED_IN_STREAM
from sessions_app import selectors as sessions


def begin_private(*, goal_id: str, now: datetime) -> None:
    """Start measuring a private show at the agreement: its streamer performs while they are in their stream.

    If it has no target yet, the target is the time until its `exp`.
    """
    goal = locking.lock_goal(goal_id=goal_id)
    if goal.ended_at is not None or goal.agreed_at is None:
        return
    if not goal.performed:
        goal.progress = 0  # until now its progress said that it was paid for
    if not goal.levels and goal.exp is not None:
        blocks.run_until(goal=goal, exp=goal.exp)
    goal.save(update_fields=["progress", "levels"])
    stage_checks.plan(goal_id=goal_id, now=now)
    known = sessions.presence_of(streamer_id=goal.streamer_id)
    if known is not None and known.online:
        performance.add_mark(goal_id=goal_id, at=known.changed_at, joined=True, source=str(known.source), now=now)


def mark_private_shows(*, streamer_id: str, at: datetime, joined: bool, source: str, now: datetime) -> None:
    """Note on the streamer's private show that they entered or left their own stream."""
    then = Q(ended_at=None) | Q(agreed_at__lte=at, ended_at__gt=at)
    shows = Goal.objects.filter(then, streamer_id=streamer_id, type__in=PERFORMED_IN_STREAM, agreed_at__isnull=False)
    for goal_id in shows.order_by("id").values_list("id", flat=True):
        performance.add_mark(goal_id=goal_id, at=min(at, now), joined=joined, source=source, now=now)


def open_stages(*, streamer_id: str) -> list[str]:
    """Return the goals on whose stages the streamer is, as far as is known; private shows are left out."""
    return list(_open_intervals(streamer_id).order_by("goal_id").values_list("goal_id", flat=True))


def entered_since(*, streamer_id: str, at: datetime) -> bool:
    """Return whether the streamer entered a stage after `at` and is still on it, as far as is known."""
    return _open_intervals(streamer_id).filter(opened_at__gt=at).exists()


def staged_goals(*, streamer_id: str) -> list[str]:
    """Return the active goals of a streamer that have a stage of their own."""
    return list(_on_stages(streamer_id).order_by("pk").values_list("pk", flat=True))


def _on_stages(streamer_id: str) -> QuerySet[Goal]:
    return Goal.objects.filter(streamer_id=streamer_id, active=True, type__in=HAS_STAGE_CHANNEL)


def _open_intervals(streamer_id: str) -> QuerySet[PerformanceInterval]:
    return PerformanceInterval.objects.filter(goal__in=_on_stages(streamer_id), closed_at=None)


def leave_every_stage(*, streamer_id: str, at: datetime, now: datetime) -> None:
    """Have the streamer leave every stage as of `at`, since they are gone from their stream.

    A repeat for the same moment changes nothing.
    """
    source = f"{stage.GONE}{int(at.timestamp() * 1000)}"
    for goal_id in open_stages(streamer_id=streamer_id):
        performance.add_mark(goal_id=goal_id, at=at, joined=False, source=source, now=now)
