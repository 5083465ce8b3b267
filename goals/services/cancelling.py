"""A streamer ends a goal of their own before its time."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from goals.endings import EndedBecause
from goals.errors import AgreeRequired, GoalNotActive, NotYourGoal
from goals.services import lifecycle, locking
from livestream.storage.conflicts import retried


@retried
def cancel_goal(*, goal_id: str, caller_id: str, triggerer: str | None, now: datetime) -> None:
    """End the caller's own goal; what was paid for it is given back unless it was reached.

    Raises GoalNotFound, NotYourGoal, AgreeRequired for an invitation, which is answered, and
    GoalNotActive where it has ended before, or is reached by now.
    """
    goal = locking.find_goal(goal_id=goal_id)
    if goal.streamer_id != caller_id:
        raise NotYourGoal
    if goal.facts.is_invitation:
        raise AgreeRequired
    with transaction.atomic():
        ended = lifecycle.deactivate_goal(goal_id=goal_id, because=EndedBecause.CANCELLED, triggerer=triggerer, now=now)
        if not ended:  # a refusal changes nothing: what was just counted is counted again in its own time
            raise GoalNotActive
