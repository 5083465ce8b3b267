"""Ending a session's goals together: all at its end, pending invitations at an agreement (seeds 000, 001)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from goals import rules
from goals.endings import EndedBecause
from goals.models import ExclusiveGoalPair, Goal
from goals.services import leaving, lifecycle, settlement
from goals.types import INVITATIONS, SELLS_TICKETS
from livestream import users
from livestream.outbox import Delivery, enqueue
from sessions_app import selectors as sessions
from sessions_app.services import session_versions


def deactivate_goals_in_session(*, session_id: str) -> None:
    """End every goal of an ended session: shows after SHOW_END_GRACE seconds, all others now.

    A reached funding goal without a show is refunded. If the streamer's account is closed, shows end
    now as well, and the reason is `account_closed`.
    """
    session = sessions.get_session(session_id=session_id)
    if users.is_closed(user_id=session.streamer_id):
        leaving.end_goals_of_streamer(streamer_id=session.streamer_id)
        return
    for goal in Goal.objects.filter(session_id=session_id, ended_at=None):
        eta = rules.lives_until(goal_type=goal.type, ended_at=session.ended_at) if session.ended_at else None
        enqueue(lifecycle.deactivate_goal, Delivery(eta=eta), goal_id=goal.id, because=EndedBecause.SESSION_ENDED)
    unshown = Goal.objects.filter(session_id=session_id, type__in=SELLS_TICKETS, show_goal=None)
    for goal in unshown:
        enqueue(settlement.check_funding_goal_refundable, goal_id=goal.id)


def cleanup_expired_exclusive_goal_pairs(*, session_id: str, goal_id: str, agreed: bool, now: datetime) -> None:
    """Drop the pairs of a session that are over, and end the invitations that came too late.

    Where a 1-on-1 was agreed, the other pending invitations of the session are superseded: each
    is deactivated and so refunded (spec section 4; the notes unset them and leave the money).
    A declined pair stays until its cooldown is over.
    """
    over = Q(exclusive_goal_ended__isnull=False)
    cooled = Q(trigger_exclusive_goal_agreed=None, trigger_exclusive_goal_ended__isnull=False) & (
        Q(trigger_exclusive_goal_cooldown=None) | Q(trigger_exclusive_goal_cooldown__lte=now)
    )
    with transaction.atomic():
        dropped, _ = ExclusiveGoalPair.objects.filter(over | cooled, session_id=session_id).delete()
        if dropped:
            session_versions.bump(session_id=session_id)
    if agreed:
        _supersede_others(session_id, goal_id)


def _supersede_others(session_id: str, goal_id: str) -> None:
    # Only invitations older than the agreement: this may run late, or again, when the 1-on-1 is long over.
    agreed_at = Goal.objects.values_list("agreed_at", flat=True).get(pk=goal_id)
    pending = Goal.objects.filter(
        session_id=session_id,
        created_at__lte=agreed_at,
        type__in=INVITATIONS,
        ended_at=None,
        agreed_at=None,
    )
    for other in pending.exclude(pk=goal_id):
        enqueue(lifecycle.deactivate_goal, goal_id=other.id, because=EndedBecause.SUPERSEDED)
