"""The chapter of goals: how each stands and why, when it was performed, how far it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.contrib.admin.models import LogEntry
from django.db.models import Q

from goals.endings import EndedBecause
from goals.models import Goal, PerformanceInterval
from goals.story.family import in_order, thing_of
from goals.story.reasons import why
from livestream.story import Curve, Entry, Fact, Kind, State, Subject, Thing, Told, Window, steps, tells
from livestream.story.wording import coins, moment, name, seconds

_REFUNDED = "Refund:"


@tells(place=20)
def tell_goals(subject: Subject, window: Window, now: datetime) -> Told:
    """Tell how the goals stand and why, and the intervals in which they were performed."""
    rows = Goal.objects.filter(pk__in=subject.goal_ids).select_related("session", "streamer", "triggered_by")
    goals = in_order(rows)
    if not goals:
        return Told()
    refunded = any(goal.ended_because == EndedBecause.REFUNDED_BY_SUPPORT for goal in goals)
    reasons = [_refund_by_support(subject, goals)] if refunded else [why(goal) for goal in goals]
    intervals = PerformanceInterval.objects.filter(goal__in=goals)
    found = list(steps.listed(intervals, at="opened_at", window=window))
    return Told(
        headline=" ".join(dict.fromkeys(reasons)),
        facts=[*_people(goals[0]), *(_standing(goal) for goal in goals)],
        entries=[_on_stage(each, now) for each in found[: steps.MOST_LISTED]],
        curves=[curve for goal in goals for curve in _curves(goal, found, now)],
        rest="More intervals follow" if len(found) > steps.MOST_LISTED else "",
    )


def _refund_by_support(subject: Subject, goals: Sequence[Goal]) -> str:
    """Say which member of staff gave the escrow back, when and why."""
    about = Q(content_type__app_label="wallet", content_type__model="escrow", object_id=subject.escrow_id or "")
    acts = LogEntry.objects.filter(about, change_message__startswith=_REFUNDED).select_related("user")
    found = acts.order_by("-pk").first()
    if found is None:
        return f"Refunded by support at {moment(goals[0].ended_at)}."
    reason = found.change_message.removeprefix(_REFUNDED).strip()
    return f"Refunded by {found.user} of support at {moment(found.action_time)}, because: “{reason}”."


def _people(goal: Goal) -> Iterator[Fact]:
    who = {"Streamer": goal.streamer, "Invited by": goal.triggered_by}
    for label, user in who.items():
        if user is not None:
            thing = Thing(model="livestream.user", pk=user.pk, name=user.username)
            yield Fact(label=label, text=user.username, thing=thing)
    session = Thing(model="sessions_app.session", pk=goal.session_id, name=goal.session_id)
    yield Fact(label="Session", text=goal.session_id, thing=session)


def _standing(goal: Goal) -> Fact:
    said = f"{goal.state}, {goal.outcome}" if goal.outcome else goal.state
    if goal.levels:
        unit = seconds if goal.facts.performed else coins
        said += f"; {goal.progress:,} of {unit(goal.target)}"
    return Fact(label=f"{name(goal.type).capitalize()} goal", text=said, thing=thing_of(goal))


def _on_stage(interval: PerformanceInterval, now: datetime) -> Entry:
    closed = interval.closed_at
    lasted = ((closed or now) - interval.opened_at).total_seconds()
    return Entry(
        at=interval.opened_at,
        until=closed,
        kind=Kind.STAGE,
        title=f"On stage for {seconds(int(lasted))}" if closed else "On stage, still",
        detail=f"from webhook {interval.opened_by}" + (f" to {interval.closed_by}" if closed else ""),
        order=(interval.pk,),
        state=State.DONE if closed else State.WAITING,
        about=interval.goal_id,
    )


def _curves(goal: Goal, intervals: Sequence[PerformanceInterval], now: datetime) -> Iterator[Curve]:
    if goal.facts.sells_tickets:
        yield Curve(name="Target", unit="coins", points=(), target=goal.target)
    if not goal.facts.performed or goal.started_at is None:
        return
    points, sofar = [(goal.started_at, 0)], 0.0
    for interval in intervals:
        if interval.goal_id == goal.id:
            points.append((interval.opened_at, int(sofar)))
            closed = interval.closed_at or now
            sofar += (closed - interval.opened_at).total_seconds()
            points.append((closed, int(sofar)))
    if goal.ended_at:
        points.append((max(goal.ended_at, points[-1][0]), int(sofar)))
    yield Curve(name="Performed", unit="seconds", points=tuple(points), target=goal.target)
