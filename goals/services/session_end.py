"""deactivate_goals_in_session: a session ends, and its goals with it (seed 000)."""

from __future__ import annotations

from goals import rules
from goals.endings import EndedBecause
from goals.models import Goal
from goals.services import lifecycle, settlement
from goals.types import GoalType
from livestream.outbox import Delivery, enqueue
from sessions_app import selectors as sessions


def deactivate_goals_in_session(*, session_id: str) -> None:
    """End every goal of an ended session: shows after SHOW_END_GRACE seconds, all others now.

    A reached funding goal whose show was never made is refunded.
    """
    ended_at = sessions.get_session(session_id=session_id).ended_at
    for goal in Goal.objects.filter(session_id=session_id, ended_at=None):
        eta = rules.lives_until(goal_type=goal.type, ended_at=ended_at) if ended_at else None
        enqueue(lifecycle.deactivate_goal, Delivery(eta=eta), goal_id=goal.id, because=EndedBecause.SESSION_ENDED)
    unshown = Goal.objects.filter(session_id=session_id, type=GoalType.FUNDING, show_goal=None)
    for goal in unshown:
        enqueue(settlement.check_funding_goal_refundable, goal_id=goal.id)
