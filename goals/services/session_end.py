"""deactivate_goals_in_session: a session ends, and its goals with it (seed 000)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from goals.models import Goal
from livestream.events.contracts import FUNDING, SHOW
from livestream.outbox import enqueue
from sessions_app import selectors as sessions


def deactivate_goals_in_session(*, session_id: str) -> None:
    """End every goal of an ended session: shows after SHOW_END_GRACE seconds, all others now.

    A reached funding goal whose show was never made is refunded.
    """
    ended_at = sessions.get_session(session_id=session_id).ended_at
    for goal in Goal.objects.filter(session_id=session_id, ended_at=None):
        eta = lives_until(goal_type=goal.type, ended_at=ended_at) if ended_at else None
        enqueue("deactivate_goal", kwargs={"goal_id": goal.id}, eta=eta, subject=goal.id)
    unshown = Goal.objects.filter(session_id=session_id, type=FUNDING, show_goal=None)
    for goal in unshown:
        enqueue("check_funding_goal_refundable", kwargs={"goal_id": goal.id}, subject=goal.id)


def lives_until(*, goal_type: str, ended_at: datetime) -> datetime:
    """Return the last moment of a goal whose session ended at `ended_at` (spec section 5)."""
    grace = settings.SHOW_END_GRACE if goal_type == SHOW else 0
    return ended_at + timedelta(seconds=grace)
