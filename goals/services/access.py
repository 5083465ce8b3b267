"""Whose a goal is, and who else may look at what is not for everybody."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser

from goals.errors import NotYourGoal
from goals.models import Goal
from goals.services import locking
from livestream.models import User


def refuse_others(*, goal: Goal, caller_id: str | None) -> None:
    """Raise NotYourGoal unless the caller is the goal's streamer."""
    if goal.streamer_id != caller_id:
        raise NotYourGoal


def refuse_others_but_support(*, goal_id: str, user: User | AnonymousUser) -> None:
    """Raise NotYourGoal unless the user is the goal's streamer or support staff; GoalNotFound."""
    goal = locking.find_goal(goal_id=goal_id)
    if not user.is_staff:
        refuse_others(goal=goal, caller_id=user.pk)
