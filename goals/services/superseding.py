"""cleanup_expired_exclusive_goal_pairs: what an answer means for all the other invitations."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from goals.endings import EndedBecause
from goals.models import ExclusiveGoalPair, Goal
from goals.services import lifecycle
from goals.types import INVITATIONS
from livestream.outbox import enqueue


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
    ExclusiveGoalPair.objects.filter(over | cooled, session_id=session_id).delete()
    if agreed:
        _supersede_others(session_id, goal_id)


def _supersede_others(session_id: str, goal_id: str) -> None:
    # Those that were there: this may run late, or again, when the 1-on-1 itself is long over.
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
