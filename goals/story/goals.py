"""The section of goals: the state of each and its reason, when it was performed, and its progress."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from django.contrib.admin.models import LogEntry

from goals.endings import EndedBecause
from goals.models import Goal, PerformanceInterval
from goals.services import support
from goals.story import stage
from goals.story.reasons import why
from goals.story.related import in_order, ref_to
from livestream.desk import audit
from livestream.story import (
    Curve,
    Fact,
    RowRef,
    Section,
    Subject,
    Window,
    buckets,
    timeline_section,
)
from livestream.story.formatting import coins, moment, name, seconds


@timeline_section(order=20)
def goals_section(subject: Subject, window: Window, now: datetime) -> Section:
    """Return the state of the goals and its reason, and the intervals in which they were performed."""
    rows = Goal.objects.filter(pk__in=subject.goal_ids).select_related("session", "streamer", "triggered_by")
    goals = in_order(rows)
    if not goals:
        return Section()
    refunded = [goal for goal in goals if goal.ended_because == EndedBecause.REFUNDED_BY_SUPPORT]
    reasons = [_refund_by_support(subject) or why(refunded[0])] if refunded else [why(goal) for goal in goals]
    intervals = PerformanceInterval.objects.filter(goal__in=goals)
    found = list(buckets.listed(intervals, at="opened_at", window=window))
    return Section(
        headline=" ".join(dict.fromkeys(reasons)),
        facts=[*_users(goals[0]), *(_state(goal) for goal in goals)],
        entries=[stage.on_stage(each, now) for each in found[: buckets.MOST_LISTED]],
        curves=[curve for goal in goals for curve in _curves(goal, found, now)],
        omitted="More intervals follow" if len(found) > buckets.MOST_LISTED else "",
    )


def _refund_by_support(subject: Subject) -> str | None:
    """Return a sentence about which member of staff refunded the escrow, when and why; None if nothing noted it."""
    refunds = audit.entries_of(name=support.REFUND_ESCROW, model="wallet.escrow", pks=[subject.escrow_id or ""])
    entry = LogEntry.objects.filter(refunds).select_related("user").order_by("-pk").first()
    if entry is None:
        return None
    reason = audit.read(entry=entry).reason
    return f"Refunded by {entry.user} of support at {moment(entry.action_time)}, because: “{reason}”."


def _users(goal: Goal) -> Iterator[Fact]:
    users = {"Streamer": goal.streamer, "Invited by": goal.triggered_by}
    for label, user in users.items():
        if user is not None:
            ref = RowRef(model="livestream.user", pk=user.pk, name=user.username)
            yield Fact(label=label, text=user.username, ref=ref)
    session = RowRef(model="sessions_app.session", pk=goal.session_id, name=goal.session_id)
    yield Fact(label="Session", text=goal.session_id, ref=session)


def _state(goal: Goal) -> Fact:
    text = f"{goal.state}, {goal.outcome}" if goal.outcome else goal.state
    if goal.levels:
        unit = seconds if goal.is_performed else coins
        text += f"; {goal.progress:,} of {unit(goal.target)}"
    return Fact(label=f"{name(goal.type).capitalize()} goal", text=text, ref=ref_to(goal))


def _curves(goal: Goal, intervals: Sequence[PerformanceInterval], now: datetime) -> Iterator[Curve]:
    if goal.facts.sells_tickets:
        yield Curve(name="Target", unit="coins", points=(), target=goal.target)
    if not goal.is_performed or goal.started_at is None:
        return
    mine = [each for each in intervals if each.goal_id == goal.id]
    points = _performed(goal, mine, since=goal.agreed_at or goal.started_at, now=now)
    yield Curve(name="Performed", unit="seconds", points=tuple(points), target=goal.target)


def _performed(
    goal: Goal, intervals: Sequence[PerformanceInterval], *, since: datetime, now: datetime
) -> list[tuple[datetime, int]]:
    """Return the performed seconds over time; they stop at the target even if the streamer stays on stage."""
    points, sofar = [(since, 0)], 0.0
    for interval in intervals:
        points.append((interval.opened_at, int(sofar)))
        closed = interval.closed_at or now
        left = max(goal.target - sofar, 0.0)
        stayed = (closed - interval.opened_at).total_seconds()
        if 0 < left < stayed:
            points.append((interval.opened_at + timedelta(seconds=left), goal.target))
        sofar += min(stayed, left)
        points.append((closed, int(sofar)))
    if goal.ended_at:
        points.append((max(goal.ended_at, points[-1][0]), int(sofar)))
    return points
