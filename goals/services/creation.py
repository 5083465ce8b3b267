"""create_goal: the one way in which goals of all types come into being (seeds 003, 004)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from goals.models import Goal
from goals.services import lifecycle
from goals.services.publishing import publish_goal
from livestream.events.contracts import GOAL_CREATED


def create_goal(*, goal: Goal, now: datetime) -> Goal:
    """Store a new goal, publish `goal.created`, and start it unless its `nbf` lies ahead.

    `goal` is not saved yet. Its receivers give it its place and its schedule; then follow,
    in this order, `goal.added` (theirs) and `goal.started` (spec section 2).
    """
    with transaction.atomic():
        goal.created_at = now
        goal.active = goal.nbf is None or goal.nbf <= now
        goal.started_at = now if goal.active else None
        goal.save(force_insert=True)
        publish_goal(GOAL_CREATED, goal)
        if goal.active:
            lifecycle.start(goal=goal, now=now)
    return goal
