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
    PriceChanged,
    QualityNotOffered,
    StageTaken,
)
from goals.models import Block, Goal
from goals.services import blocks, creation, lifecycle, locking, progress, session_stage, stage_time
from goals.types import GoalType, facts_of
from livestream import realtime
from livestream.storage.conflicts import retried
from livestream.users import is_blocked, is_closed
from sessions_app import rules
from sessions_app.errors import SessionNotActive
from sessions_app.models import Session
from sessions_app.services import locking as session_locking
from wallet import selectors as wallet
from wallet.errors import InsufficientBalance
from wallet.services import escrows, holding, posting

SOONEST_EXPIRY = timedelta(seconds=30)
LATEST_EXPIRY = timedelta(minutes=10)


@retried
def invite(
    *,
    kind: GoalType,
    session_id: str,
    viewer_id: str,
    exp: datetime,
    duration: int,
    now: datetime,
    max_price: int | None = None,
) -> Goal:
    """Invite the streamer for `duration` seconds, or join an ongoing invitation, and pay for it.

    `kind` is a type of invitation, private or to a 1-on-1. A viewer who joins pays for their own
    `duration` at the rate of the invitation; a viewer who asks again extends their own time.

    Goal and payment commit together. `exp` is clamped to 30 s to 10 min from now, `max_price` is the
    most coins to pay in total. The checks are in the order of seed 003. Raises SessionNotFound,
    SessionNotActive, OwnSession, BlockedByStreamer, QualityNotOffered, ShowInProgress,
    ExclusiveInProgress, LivestreamTriggerQuotaExceeded, PriceChanged, InsufficientBalance,
    StageTaken, EscrowClosed, DurationOutOfBounds.
    """
    _refuse_duration(duration)
    _end_overdue(kind, session_id, now)
    with transaction.atomic():
        # The lock makes one goal of two viewers who press at the same moment.
        session = session_locking.lock_active_session(session_id=session_id)
        rate = _rate_of_session(kind, session, viewer_id)
        session_stage.refuse_invitation(session=session)
        goal = _lock_ongoing(kind, session, viewer_id, now)
        if goal is None:
            _refuse_cooling(kind, session, viewer_id, now)
        price = rules.price_of(rate=rate if goal is None else goal.coins_a_minute, duration=duration)
        _refuse_price(price, max_price, viewer_id)
        goal = goal or _create(kind, session, viewer_id, exp, duration, rate, now)
        _pay(goal, viewer_id, price, duration, now)
        return selectors.get_goal(goal.id)


def transfer_id_of(*, goal: Goal, viewer_id: str, number: int = 1) -> str:
    """Return the id of a viewer's payment for an invitation (seed 003); further ones have a number."""
    first = f"session:{goal.type}:{goal.id}:{viewer_id}"
    return first if number == 1 else f"{first}:{number}"


def _refuse_duration(duration: int) -> None:
    shortest, longest = settings.INVITATION_MIN_DURATION, settings.INVITATION_MAX_DURATION
    if not shortest <= duration <= longest:
        raise DurationOutOfBounds("The duration must be {min} to {max} seconds.", min=shortest, max=longest)


def _rate_of_session(kind: GoalType, session: Session, viewer_id: str) -> int:
    if session.streamer_id == viewer_id:
        raise OwnSession
    if is_blocked(user_id=viewer_id, streamer_id=session.streamer_id):
        raise BlockedByStreamer
    if is_closed(user_id=session.streamer_id):
        raise SessionNotActive
    rate = session.prices.get(str(facts_of(kind).invited_by))
    if rate is None:
        raise QualityNotOffered
    return int(rate)


def _refuse_price(price: int, max_price: int | None, viewer_id: str) -> None:
    if max_price is not None and price > max_price:
        raise PriceChanged("It costs {price} coins.", price=price)
    if wallet.balance_of(user_id=viewer_id) < price:
        raise InsufficientBalance("{price} coins are needed.", given={"price": price})


def _end_overdue(kind: GoalType, session_id: str, now: datetime) -> None:
    """End overdue goals whose task is late, so that nobody joins them.

    A private show that may still complete is left to its task (`stage_time.in_doubt_until`).
    """
    for goal in Goal.objects.filter(session_id=session_id, type=kind, ended_at=None, exp__lte=now):
        realtime.work_off(subjects=(goal.id, goal.streamer_id), now=now)
        if stage_time.in_doubt_until(goal=goal, now=now) is not None:
            continue
        with transaction.atomic():
            session_locking.lock_session(session_id=session_id)
            lifecycle.deactivate_goal(goal_id=goal.id, because=EndedBecause.EXPIRED, now=now, worked_off=True)


def _lock_ongoing(kind: GoalType, session: Session, viewer_id: str, now: datetime) -> Goal | None:
    """Return the goal that the viewer can join: any private invitation, or their own to a 1-on-1.

    Its escrow is locked, so the goal cannot end, and nobody can leave it, at the same time. Raises
    StageTaken during the few seconds in which a private show is over but may still complete.
    """
    goals = Goal.objects.filter(session=session, type=kind, ended_at=None)
    if not facts_of(kind).others_may_join:
        goals = goals.filter(triggered_by_id=viewer_id)
    goal = goals.first()
    if goal is None:
        return None
    escrows.lock_escrow(escrow_id=str(goal.escrow_id))
    found = goals.filter(pk=goal.pk).first()
    if found is not None and found.exp is not None and found.exp <= now:
        raise StageTaken
    return found


def _refuse_cooling(kind: GoalType, session: Session, viewer_id: str, now: datetime) -> None:
    """Refuse an invitation during a cooldown: of the session for a private show, of the viewer for a 1-on-1."""
    goals = Goal.objects.filter(session=session, type=kind, cooldown_until__gt=now)
    if not facts_of(kind).others_may_join:
        goals = goals.filter(triggered_by_id=viewer_id)
    until = goals.order_by("-cooldown_until").values_list("cooldown_until", flat=True).first()
    if until is not None:
        left = -((now - until) // timedelta(seconds=1))
        raise LivestreamTriggerQuotaExceeded("You may invite again in {retry_after} seconds.", retry_after=left)


def _create(
    kind: GoalType, session: Session, viewer_id: str, exp: datetime, duration: int, rate: int, now: datetime
) -> Goal:
    goal = Goal(
        type=kind,
        session=session,
        streamer_id=session.streamer_id,
        triggered_by_id=viewer_id,
        exp=min(max(exp, now + SOONEST_EXPIRY), now + LATEST_EXPIRY),
        prepaid_duration=duration,
        price=rules.price_of(rate=rate, duration=duration),
        rate=rate,
    )
    escrows.open_escrow(escrow_id=str(goal.escrow_id), user_id=session.streamer_id, accepts_until=goal.exp, now=now)
    return creation.create_goal(goal=goal, now=now)


def _pay(goal: Goal, viewer_id: str, price: int, duration: int, now: datetime) -> None:
    """Pay for a block of time into the invitation's escrow, and count the payment at once."""
    escrow_id = str(goal.escrow_id)
    number = selectors.payments_made(escrow_id=escrow_id, user_id=viewer_id) + 1
    hold, _ = holding.hold(
        transfer_id=transfer_id_of(goal=goal, viewer_id=viewer_id, number=number),
        payer_id=viewer_id,
        escrow_id=escrow_id,
        amount=price,
        tags=[escrow_ids.invitation_tag(session_id=goal.session_id, escrow_id=escrow_id)],
        now=now,
    )
    posting.post_all_pending(escrow=escrows.lock_row(escrow_id=escrow_id))
    locked = locking.lock_goal(goal_id=goal.id)
    block = blocks.add_block(goal=locked, hold=hold, duration=duration, now=now)
    if number > 1 and not locked.facts.others_may_join:
        _lengthen(locked, block)
    if locked.agreed_at is None:
        progress.advance(goal=locked, amount=1 - locked.progress, payers={viewer_id: price})
    else:
        blocks.prolong(goal=locked, block=block, now=now)
        progress.advance(goal=locked, amount=0, payers={viewer_id: price})


def _lengthen(goal: Goal, block: Block) -> None:
    """Extend a 1-on-1 by another block of its viewer."""
    goal.prepaid_duration = (goal.prepaid_duration or 0) + block.duration
    goal.price = (goal.price or 0) + block.amount
    goal.save(update_fields=["prepaid_duration", "price"])
