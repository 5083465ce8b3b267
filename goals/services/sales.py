"""A sale after its end: the deadline for its show, and the refund if there is none (spec sections 2, 3)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from goals.endings import EndedBecause
from goals.errors import GoalNotActive
from goals.models import Goal
from goals.services import lifecycle, locking, settlement
from livestream.outbox import Delivery, Urgency, durable, enqueue
from livestream.storage.conflicts import retried


def plan_show_start(*, goal_id: str, since: datetime) -> None:
    """Set the deadline for the show of a reached sale, counted from `since`, and schedule a check for it.

    A sale without terms, from an earlier release, has SHOW_START_WITHIN. An existing deadline stays.
    """
    sale = Goal.objects.get(pk=goal_id)
    seconds = settings.SHOW_START_WITHIN if sale.terms_start_within is None else sale.terms_start_within
    start_by = since + timedelta(seconds=seconds)
    if Goal.objects.filter(pk=goal_id, start_by=None).update(start_by=start_by):
        enqueue(check_show_started, Delivery(eta=start_by), goal_id=goal_id)


@durable(urgency=Urgency.MONEY, subject="goal_id")
def check_show_started(now: datetime, *, goal_id: str) -> bool:
    """Refund a reached sale whose show was not created by `start_by`; return whether this call did it.

    A show that was created in time starts in time: its `nbf` is not after `start_by`.
    """
    sale = locking.find_goal(goal_id=goal_id)
    if sale.start_by is None or sale.start_by > now:
        return False
    return settlement.refund_sale(goal_id=goal_id, because=EndedBecause.NOT_STARTED, now=now)


@retried
def cancel_goal(*, goal_id: str, caller_id: str, triggerer: str | None, now: datetime) -> None:
    """End the caller's own goal; a reached sale can be called off until its show has started.

    Then everybody is refunded, and a show that is only scheduled ends with the sale. Raises
    GoalNotFound, NotYourGoal, GoalNotActive, and what `lifecycle.cancel_goal` raises for other types.
    """
    goal = locking.find_goal(goal_id=goal_id)
    if not goal.facts.sells_tickets:
        lifecycle.cancel_goal(goal_id=goal_id, caller_id=caller_id, triggerer=triggerer, now=now)
        return
    locking.refuse_others(goal=goal, caller_id=caller_id)
    with transaction.atomic():
        if not settlement.refund_sale(goal_id=goal_id, because=EndedBecause.CANCELLED, triggerer=triggerer, now=now):
            raise GoalNotActive
