"""Who may see what is not for everybody."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser

from goals.errors import GoalNotFound, NotYourGoal
from goals.models import Goal
from livestream.models import User


def refuse_others(*, goal_id: str, user: User | AnonymousUser) -> None:
    """Raise NotYourGoal unless the user is the goal's streamer or support; GoalNotFound."""
    streamer_id = Goal.objects.filter(pk=goal_id).values_list("streamer_id", flat=True).first()
    if streamer_id is None:
        raise GoalNotFound(f"There is no goal {goal_id}.")
    if streamer_id != user.pk and not user.is_staff:
        raise NotYourGoal
