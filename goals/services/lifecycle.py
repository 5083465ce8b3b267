"""activate_goal and deactivate_goal: a goal starts once and ends once (spec section 2)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from goals import rules
from goals.models import Goal
from goals.rules import PERFORMED_TYPES
from goals.services import contributions, locking, performance, stage_presets
from goals.services.publishing import publish_goal
from livestream.events.contracts import (
    EXCLUSIVE,
    FUNDING,
    GOAL_ENDED,
    GOAL_STARTED,
    SHOW,
    TRIGGER_EXCLUSIVE,
    TRIGGER_PRIVATE,
)
from livestream.outbox import Delivery, durable, enqueue
from wallet.services import escrows

# The settings that say how long nobody may invite again (seconds).
COOLDOWNS = {
    TRIGGER_PRIVATE: "TRIGGER_PRIVATE_COOLDOWN",
    TRIGGER_EXCLUSIVE: "TRIGGER_EXCLUSIVE_COOLDOWN",
}


@durable(subject="goal_id")
def activate_goal(now: datetime, *, goal_id: str) -> bool:
    """Start a scheduled goal whose `nbf` has come, and tell whether this call did it.

    A goal whose session ended meanwhile is not started but ended, which gives its money back.
    """
    with transaction.atomic():
        goal = locking.lock_goal(goal_id=goal_id)
        if goal.state != "scheduled" or (goal.nbf and goal.nbf > now):
            return False
        if not goal.session.active:
            deactivate_goal(goal_id=goal_id, now=now)
            return False
        goal.active, goal.started_at = True, goal.nbf or now
        goal.save(update_fields=["active", "started_at"])
        start(goal=goal, now=now)
        return True


def start(*, goal: Goal, now: datetime) -> None:
    """Publish `goal.started`; what nobody performs is looked at after SHOW_MAX_WAIT."""
    publish_goal(GOAL_STARTED, goal)
    if goal.type in (SHOW, EXCLUSIVE):
        unperformed_at = now + timedelta(seconds=settings.SHOW_MAX_WAIT)
        enqueue(deactivate_unperformed_show, Delivery(eta=unperformed_at), goal_id=goal.id)
    if goal.type in PERFORMED_TYPES:
        performance.settle_stage(goal=goal, now=now)


@durable(subject="goal_id")
def deactivate_goal(
    now: datetime, *, goal_id: str, triggerer: str | None = None, cancelled: bool = False, cooldown: bool = True
) -> bool:
    """End a goal, and tell whether this call did it; only that call publishes `goal.ended`.

    What was paid and performed until now is counted first: it may still complete the goal,
    and then it is the completion that ends it. An invitation that was not agreed to lets
    nobody invite again for a while, unless `cooldown` is off. Raises GoalNotFound.
    """
    with transaction.atomic():
        goal = locking.lock_goal(goal_id=goal_id)
        if goal.ended_at is not None:
            return False
        _count_what_is_due(goal, now)
        goal.refresh_from_db()
        if goal.ended_at is not None:
            return False
        _end(goal, now, cancelled, cooldown)
        publish_goal(GOAL_ENDED, goal, triggerer=triggerer, outcome=goal.outcome)
        return True


def end_refunded_goal(*, goal_id: str, now: datetime, triggerer: str | None = None) -> None:
    """End a goal whose escrow was just refunded by hand: with that outcome, whatever it had reached.

    What was paid and is not counted yet is counted afterwards, and reaches nothing any more.
    """
    with transaction.atomic():
        goal = locking.lock_goal(goal_id=goal_id)
        if goal.type in PERFORMED_TYPES:
            performance.close_stage(goal=goal, now=now)
            goal.refresh_from_db()
        if goal.ended_at is not None:
            Goal.objects.filter(pk=goal.pk).update(outcome=Goal.Outcome.REFUNDED)
            return
        _end(goal, now, cancelled=False, cooldown=False, outcome=Goal.Outcome.REFUNDED)
        publish_goal(GOAL_ENDED, goal, triggerer=triggerer, outcome=goal.outcome)
        if goal.type == FUNDING:
            contributions.count_all_contributions(escrow_id=str(goal.escrow_id))


@durable(subject="goal_id")
def supersede_goal(now: datetime, *, goal_id: str) -> bool:
    """End an invitation because another was agreed to: nobody declined it, so nothing cools down."""
    with transaction.atomic():
        pending = locking.lock_goal(goal_id=goal_id).agreed_at is None  # this may run late
        return pending and deactivate_goal(goal_id=goal_id, now=now, cooldown=False)


@durable(subject="goal_id")
def deactivate_due_goal(now: datetime, *, goal_id: str) -> bool:
    """End a goal whose `exp` has come; one whose `exp` was moved on since is left alone."""
    with transaction.atomic():
        goal = locking.lock_goal(goal_id=goal_id)
        due = goal.exp is not None and goal.exp <= now
        return due and deactivate_goal(goal_id=goal_id, now=now)


@durable(subject="goal_id")
def deactivate_unperformed_show(now: datetime, *, goal_id: str) -> bool:
    """End a show, or a 1-on-1, that nobody has performed for a second, so that it does not hold money."""
    with transaction.atomic():
        goal = locking.lock_goal(goal_id=goal_id)
        if performance.ever_performed(goal=goal, now=now):
            return False
        return deactivate_goal(goal_id=goal_id, now=now)


def _count_what_is_due(goal: Goal, now: datetime) -> None:
    if goal.type == FUNDING:
        contributions.count_all_contributions(escrow_id=str(goal.escrow_id))
    elif goal.type in PERFORMED_TYPES:
        performance.close_stage(goal=goal, now=now)


def _end(goal: Goal, now: datetime, cancelled: bool, cooldown: bool, outcome: str | None = None) -> None:
    goal.active, goal.ended_at = False, now
    goal.exp = min(goal.exp, now) if goal.exp else now
    goal.outcome = outcome or rules.outcome(
        goal.type, progress=goal.progress, reached=goal.reached, agreed=bool(goal.agreed_at), cancelled=cancelled
    )
    if cooldown and goal.type in COOLDOWNS and not goal.agreed_at:
        goal.cooldown_until = now + timedelta(seconds=getattr(settings, COOLDOWNS[goal.type]))
    goal.save(update_fields=["active", "ended_at", "exp", "outcome", "cooldown_until"])
    stage_presets.give_stage_back(goal=goal)
    if goal.escrow_id:
        escrows.set_accepts_until(escrow_id=goal.escrow_id, until=now)
