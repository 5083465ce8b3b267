"""Checking every STAGE_CHECK seconds whether the streamer of a running goal is on stage (spec section 5)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from goals.models import Goal
from goals.services import locking, performance
from livestream.outbox import Delivery, Urgency, drop_pending, enqueue, external


@external(urgency=Urgency.MONEY, subject="goal_id")
def check_stage(now: datetime, *, goal_id: str) -> None:
    """Ask whether the streamer is on a goal's stage, and schedule the next check, until the goal has ended.

    It calls the network, and must run outside of a transaction.
    """
    goal = locking.find_goal(goal_id=goal_id)
    if not goal.active:
        return
    performance.look_at_stage(goal=goal, now=now)
    with transaction.atomic():
        if Goal.objects.filter(pk=goal_id, active=True).exists():
            plan(goal_id=goal_id, now=now)


def plan(*, goal_id: str, now: datetime) -> None:
    """Schedule the next check in STAGE_CHECK seconds; there is one in each such period."""
    period = settings.STAGE_CHECK
    eta = now + timedelta(seconds=period)
    delivery = Delivery(eta=eta, key=f"{goal_id}:{int(eta.timestamp()) // period}", pending="keep")
    enqueue(check_stage, delivery, goal_id=goal_id)


def stop(*, goal_id: str) -> None:
    """Cancel the scheduled checks of a goal that has ended."""
    for task in (check_stage, performance.complete_performance):
        drop_pending(task, subject=goal_id)
