"""Moving a goal's progress, and publishing each step and each level reached."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from goals import rules
from goals.models import Goal, ProgressStep
from goals.services import locking
from goals.services.publishing import publish_goal
from livestream.events.contracts import GOAL_COMPLETED, GOAL_PROGRESSED, GoalProgressed
from livestream.models import EventRecord
from livestream.outbox import Urgency, durable


@durable(urgency=Urgency.MONEY, subject="goal_id")
def increment_goal_progress(now: datetime, *, goal_id: str, amount: int, key: str) -> bool:
    """Add `amount` (coins or seconds) to a goal, once for each `key` (seed 002).

    Returns whether this call did it; a goal that has ended is left as it is.
    """
    with transaction.atomic():
        goal = locking.lock_goal(goal_id=goal_id)
        if goal.ended_at is not None or not take_step(goal=goal, amount=amount, key=key, now=now):
            return False
        advance(goal=goal, amount=amount)
        return True


def take_step(*, goal: Goal, amount: int, key: str, now: datetime) -> bool:
    """Note a step of a locked goal; False where its key was used before."""
    if ProgressStep.objects.filter(goal=goal, key=key).exists():
        return False
    ProgressStep.objects.create(goal=goal, key=key, amount=amount, created_at=now)
    return True


def advance(*, goal: Goal, amount: int, payers: Mapping[str, int] | None = None) -> None:
    """Move a locked goal's progress by `amount` and publish `goal.progressed`.

    Performed seconds stop at the target. A level once reached stays reached, also where a
    late webhook takes seconds away again. Money that arrives after the end is counted and
    reaches nothing any more: what becomes of it was decided at the end.
    """
    before, old_level = goal.progress, goal.level
    goal.progress = rules.capped(goal.type, before + amount, goal.target)
    if goal.ended_at is None:
        goal.level = max(old_level, rules.level_at(goal.levels, goal.progress))
    goal.save(update_fields=["progress", "level"])
    publish_goal(
        GOAL_PROGRESSED,
        goal,
        amount=goal.progress - before,
        old_level=old_level,
        breakdown_id=next(iter(payers)) if payers and len(payers) == 1 else None,
        payers=dict(payers) if payers else None,
    )


def complete_levels(*, event: GoalProgressed) -> None:
    """Publish `goal.completed` for each level that this step of progress reached, once for all replays."""
    goal = Goal.objects.get(pk=event.goal_id)
    completed = EventRecord.objects.filter(goal_id=goal.id, name=GOAL_COMPLETED.name)
    for level in range(event.old_level + 1, event.level + 1):
        if not completed.filter(payload__level=level).exists():
            publish_goal(GOAL_COMPLETED, goal, level=level, progress=event.progress)
