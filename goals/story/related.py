"""Goals that share an escrow, and therefore a story: a funding goal and its show, or an
invitation and its 1-on-1."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from django.db.models import Q

from goals import escrow_ids
from goals.models import Goal
from livestream.story import RowRef, Subject, resolves_subject
from livestream.story.formatting import name


@resolves_subject
def add_goals(subject: Subject) -> Subject:
    """Add the goals of an escrow, or those that share a goal's escrow, and their session."""
    given = subject.goal_ids or ((escrow_ids.goal_of(subject.escrow_id),) if subject.escrow_id else ())
    goals = related_goals(goal_ids=given)
    if not goals:
        return subject
    escrow_id = subject.escrow_id or goals[0].escrow_id
    ends = [goal.ended_at for goal in goals if goal.ended_at]
    return replace(
        subject,
        goal_ids=tuple(goal.id for goal in goals),
        escrow_id=escrow_id,
        session_id=goals[0].session_id,
        began=min(goal.created_at for goal in goals),
        ended=max(ends) if len(ends) == len(goals) else None,
        refs=(*(ref_to(goal) for goal in goals), *_escrow(escrow_id)),
    )


def related_goals(*, goal_ids: tuple[str, ...]) -> list[Goal]:
    """Return these goals and those that share their escrow; a goal comes before the one it led to."""
    related = Q(pk__in=goal_ids)
    for link in ("funding_goal", "show_goal", "trigger_goal", "exclusive_goal"):
        related |= Q(**{f"{link}__in": goal_ids})
    return in_order(Goal.objects.filter(related))


def in_order(goals: Iterable[Goal]) -> list[Goal]:
    """Return the goals, each before the one it led to."""
    return sorted(goals, key=lambda goal: (bool(goal.funding_goal_id or goal.trigger_goal_id), goal.created_at))


def ref_to(goal: Goal) -> RowRef:
    """Return a reference to a goal."""
    return RowRef(model="goals.goal", pk=goal.id, name=f"{name(goal.type)} goal")


def _escrow(escrow_id: str | None) -> tuple[RowRef, ...]:
    return (RowRef(model="wallet.escrow", pk=escrow_id, name="escrow"),) if escrow_id else ()
