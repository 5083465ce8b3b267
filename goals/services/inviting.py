"""trigger_private and trigger_exclusive: a viewer invites, or joins who did (seed 003)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from goals import escrow_ids, selectors
from goals.endings import EndedBecause
from goals.errors import (
    BlockedByStreamer,
    DurationOutOfBounds,
    LivestreamTriggerQuotaExceeded,
    OwnSession,
    QualityNotOffered,
)
from goals.models import Goal
from goals.services import creation, lifecycle, locking, progress, session_stage
from goals.types import GoalType, facts_of
from livestream.storage.conflicts import retried
from livestream.users import is_blocked
from sessions_app.models import Session
from sessions_app.services import locking as session_locking
from wallet import selectors as wallet
from wallet.errors import InsufficientBalance
from wallet.services import escrows, holding, posting

SOONEST_EXPIRY = timedelta(seconds=30)
LATEST_EXPIRY = timedelta(minutes=10)


@retried
def invite(*, kind: GoalType, session_id: str, viewer_id: str, exp: datetime, duration: int, now: datetime) -> Goal:
    """Invite the streamer for `duration` seconds, or join an ongoing invitation, and pay for it.

    `kind` is a type of invitation, private or to a 1-on-1.

    Goal and payment commit together. `exp` is clamped to 30 s to 10 min from now. The checks
    are in the order of seed 003. Raises SessionNotFound, SessionNotActive, OwnSession,
    BlockedByStreamer, QualityNotOffered, ShowInProgress, ExclusiveInProgress,
    LivestreamTriggerQuotaExceeded, InsufficientBalance, DurationOutOfBounds.
    """
    _refuse_duration(duration)
    with transaction.atomic():
        # The lock makes one goal of two viewers who press at the same moment.
        session = session_locking.lock_active_session(session_id=session_id)
        price = _price_for(kind, session, viewer_id, duration)
        session_stage.refuse_invitation(session_id=session_id)
        goal = _find_ongoing(kind, session, viewer_id, now)
        if goal is None:
            _refuse_cooling(kind, session, viewer_id, now)
        if goal is not None:
            price = price_to_join(goal=goal, now=now)
        if not _has_paid(goal, viewer_id) and wallet.balance_of(user_id=viewer_id) < price:
            raise InsufficientBalance(f"{price} coins are needed.")
        goal = goal or _create(kind, session, viewer_id, exp, duration, price, now)
        _pay(goal, viewer_id, price, now)
        return selectors.get_goal(goal.id)


def price_to_join(*, goal: Goal, now: datetime) -> int:
    """Return the coins that joining costs: the price of the invitation, in full until it is agreed.

    Once the private show runs, a viewer who joins pays for what is left of it, rounded up.
    """
    price, duration = goal.price or 0, goal.prepaid_duration or 1
    if goal.agreed_at is None or goal.exp is None:
        return price
    left = max(-((now - goal.exp) // timedelta(seconds=1)), 0)
    return max(-(-price * min(left, duration) // duration), 1)


def transfer_id_of(*, goal: Goal, viewer_id: str) -> str:
    """Name the payment of a viewer for an invitation (seed 003)."""
    return f"session:{goal.type}:{goal.id}:{viewer_id}"


def _refuse_duration(duration: int) -> None:
    shortest, longest = settings.INVITATION_MIN_DURATION, settings.INVITATION_MAX_DURATION
    if not shortest <= duration <= longest:
        raise DurationOutOfBounds(f"{shortest} to {longest} seconds.", min=shortest, max=longest)


def _price_for(kind: GoalType, session: Session, viewer_id: str, duration: int) -> int:
    if session.streamer_id == viewer_id:
        raise OwnSession
    if is_blocked(user_id=viewer_id, streamer_id=session.streamer_id):
        raise BlockedByStreamer
    price = session.get_price(str(facts_of(kind).invited_by), duration)
    if price is None:
        raise QualityNotOffered
    return price


def _find_ongoing(kind: GoalType, session: Session, viewer_id: str, now: datetime) -> Goal | None:
    """Return what there is to join: anybody's private invitation, one's own to a 1-on-1."""
    goals = Goal.objects.filter(session=session, type=kind, ended_at=None)
    if not facts_of(kind).others_may_join:
        goals = goals.filter(triggered_by_id=viewer_id)
    goal = goals.first()
    if goal is not None and goal.exp is not None and goal.exp <= now:
        lifecycle.deactivate_goal(goal_id=goal.id, because=EndedBecause.EXPIRED, now=now)  # its task is late
        return None
    return goal


def _refuse_cooling(kind: GoalType, session: Session, viewer_id: str, now: datetime) -> None:
    """Refuse an invitation during a cooldown: of the session for a private show, of the viewer for a 1-on-1."""
    goals = Goal.objects.filter(session=session, type=kind, cooldown_until__gt=now)
    if not facts_of(kind).others_may_join:
        goals = goals.filter(triggered_by_id=viewer_id)
    until = goals.order_by("-cooldown_until").values_list("cooldown_until", flat=True).first()
    if until is not None:
        left = -((now - until) // timedelta(seconds=1))
        raise LivestreamTriggerQuotaExceeded(f"Again in {left} seconds.", retry_after=left)


def _has_paid(goal: Goal | None, viewer_id: str) -> bool:
    return goal is not None and selectors.paid_by(goal=goal, user_id=viewer_id) > 0


def _create(
    kind: GoalType, session: Session, viewer_id: str, exp: datetime, duration: int, price: int, now: datetime
) -> Goal:
    goal = Goal(
        type=kind,
        session=session,
        streamer_id=session.streamer_id,
        triggered_by_id=viewer_id,
        exp=min(max(exp, now + SOONEST_EXPIRY), now + LATEST_EXPIRY),
        prepaid_duration=duration,
        price=price,
    )
    escrows.open_escrow(escrow_id=str(goal.escrow_id), user_id=session.streamer_id, accepts_until=goal.exp, now=now)
    return creation.create_goal(goal=goal, now=now)


def _pay(goal: Goal, viewer_id: str, price: int, now: datetime) -> None:
    """Pay into the invitation's escrow and count it at once; who has paid pays nothing more."""
    if _has_paid(goal, viewer_id):
        return
    holding.hold(
        transfer_id=transfer_id_of(goal=goal, viewer_id=viewer_id),
        payer_id=viewer_id,
        escrow_id=str(goal.escrow_id),
        amount=price,
        tags=[escrow_ids.invitation_tag(session_id=goal.session_id, escrow_id=str(goal.escrow_id))],
        now=now,
    )
    escrow = escrows.lock_row(escrow_id=str(goal.escrow_id))
    posting.post_all_pending(escrow=escrow)
    locked = locking.lock_goal(goal_id=goal.id)
    progress.advance(goal=locked, amount=1 - locked.progress, payers={viewer_id: price})
