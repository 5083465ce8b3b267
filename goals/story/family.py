"""Which goals share their money, and so have one story: a funding goal and its show, an
invitation and the 1-on-1 it led to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from django.db.models import Q

from goals import escrow_ids
from goals.models import Goal
from livestream.story import Subject, Thing, widens
from livestream.story.wording import name


@widens
def add_goals(subject: Subject) -> Subject:
    """Add the goals of an escrow, or those that share a goal's escrow, and their session."""
    asked = subject.goal_ids or ((escrow_ids.goal_of(subject.escrow_id),) if subject.escrow_id else ())
    goals = family_of(goal_ids=asked)
    if not goals:
        return subject
    escrow_id = subject.escrow_id or goals[0].escrow_id
    over = [goal.ended_at for goal in goals if goal.ended_at]
    return replace(
        subject,
        goal_ids=tuple(goal.id for goal in goals),
        escrow_id=escrow_id,
        session_id=goals[0].session_id,
        began=min(goal.created_at for goal in goals),
        ended=max(over) if len(over) == len(goals) else None,
        things=(*(thing_of(goal) for goal in goals), *_escrow(escrow_id)),
    )


def family_of(*, goal_ids: tuple[str, ...]) -> list[Goal]:
    """Return these goals and those that share their money; what a goal led to comes after it."""
    kin = Q(pk__in=goal_ids)
    for link in ("funding_goal", "show_goal", "trigger_goal", "exclusive_goal"):
        kin |= Q(**{f"{link}__in": goal_ids})
    return in_order(Goal.objects.filter(kin))


def in_order(goals: Iterable[Goal]) -> list[Goal]:
    """Return goals with what each led to after it."""
    return sorted(goals, key=lambda goal: (bool(goal.funding_goal_id or goal.trigger_goal_id), goal.created_at))


def thing_of(goal: Goal) -> Thing:
    """Return a goal as a thing to look up."""
    return Thing(model="goals.goal", pk=goal.id, name=f"{name(goal.type)} goal")


def _escrow(escrow_id: str | None) -> tuple[Thing, ...]:
    return (Thing(model="wallet.escrow", pk=escrow_id, name="escrow"),) if escrow_id else ()
