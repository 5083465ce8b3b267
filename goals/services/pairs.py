"""The session's pairs of a funding goal and its show."""

from __future__ import annotations

from datetime import datetime

from goals.models import Goal, ShowGoalPair
from goals.services.publishing import publish_goal
from livestream.events.contracts import FUNDING, GOAL_ADDED, SHOW


def bind_show_goal_to_funding_goal(*, goal_id: str, funding_goal_id: str) -> None:
    """Note on a funding goal which show it paid for, where that is not noted yet."""
    Goal.objects.filter(pk=funding_goal_id, show_goal=None).update(show_goal_id=goal_id)


def bind_show_goals_to_session(*, goal_id: str) -> None:
    """Give a funding goal a new pair in its session, a show its place in that pair.

    Publishes `goal.added` for whichever took its place; a goal that has it already is left.
    """
    goal = Goal.objects.get(pk=goal_id)
    if goal.type == FUNDING:
        _, bound = ShowGoalPair.objects.get_or_create(funding_goal=goal, defaults={"session_id": goal.session_id})
    else:
        pair = ShowGoalPair.objects.filter(funding_goal_id=goal.funding_goal_id, show_goal=None)
        bound = bool(pair.update(show_goal=goal))
    if bound:
        publish_goal(GOAL_ADDED, goal)


def stamp_ended(*, goal_id: str, goal_type: str, at: datetime) -> None:
    """Stamp the pair with when its funding or its show ended; the first stamp stays."""
    if goal_type == FUNDING:
        open_pairs = ShowGoalPair.objects.filter(funding_goal_id=goal_id, funding_ended=None)
        open_pairs.update(funding_ended=at)
    elif goal_type == SHOW:
        open_pairs = ShowGoalPair.objects.filter(show_goal_id=goal_id, show_ended=None)
        open_pairs.update(show_ended=at)
