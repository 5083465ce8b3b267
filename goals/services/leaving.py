"""Refunding payers who leave, and what follows from closing an account (spec section 6).

A payer leaves when they take an invitation back, when the streamer blocks them, or when their
account is closed. Nothing changes for the other payers.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import assert_never

from django.db import transaction

from goals import selectors
from goals.endings import EndedBecause, Outcome
from goals.errors import AlreadyAgreed, GoalNotActive, NotYourGoal
from goals.models import Goal
from goals.services import (
    blocks,
    counting,
    giving_back,
    lifecycle,
    locking,
    lost_access,
    sales,
    settlement,
    stage_time,
)
from goals.services.publishing import publish_goal
from goals.types import SELLS_TICKETS, Settlement
from livestream import realtime, users
from livestream.events.contracts import GOAL_CHANGED
from livestream.outbox import Delivery, Urgency, durable, enqueue
from livestream.storage.conflicts import retried
from sessions_app.models import Session
from sessions_app.services import locking as session_locking
from wallet import selectors as wallet
from wallet.models import Escrow
from wallet.services import early_refunds, escrows, posting


def end_or_withdraw(*, goal_id: str, caller_id: str, triggerer: str | None, now: datetime) -> None:
    """End the caller's own goal, or take back what the caller paid for an unanswered invitation.

    Raises what `sales.cancel_goal` and `withdraw` raise.
    """
    goal = locking.find_goal(goal_id=goal_id)
    if goal.streamer_id == caller_id:
        sales.cancel_goal(goal_id=goal_id, caller_id=caller_id, triggerer=triggerer, now=now)
    else:
        withdraw(goal_id=goal_id, caller_id=caller_id, triggerer=triggerer, now=now)


@retried
def withdraw(*, goal_id: str, caller_id: str, triggerer: str | None, now: datetime) -> None:
    """Refund a payer of an unanswered invitation in full, without touching what others paid.

    If nobody else paid for it, the invitation ends as withdrawn. Raises GoalNotFound, NotYourGoal
    for a caller who has not paid for it, AlreadyAgreed, GoalNotActive.
    """
    goal = locking.find_goal(goal_id=goal_id)
    _refuse_strangers(goal, caller_id)
    with transaction.atomic():
        _lock(goal)
        goal = locking.find_goal(goal_id=goal_id)
        if goal.agreed_at is not None or not goal.facts.is_invitation:
            raise AlreadyAgreed
        if goal.ended_at is not None or (goal.exp and goal.exp <= now):
            raise GoalNotActive
        _refuse_strangers(goal, caller_id, holds=True)
        _release(goal, [caller_id], EndedBecause.WITHDRAWN, now, triggerer)


@durable(urgency=Urgency.MONEY, subject="goal_id")
def release_payer(now: datetime, *, goal_id: str, user_id: str, because: EndedBecause) -> None:
    """Refund a payer of a goal who lost access, without touching the others.

    `goal_id` is the goal that the escrow is named after. Payers of a sale, a show or an unanswered
    invitation are refunded in full. Blocks of a running private show are split at the moment of the
    loss. A running 1-on-1 ends and is split there, too. An invitation or a private show without other
    payers ends with the reason `because`. A goal that is paid out or refunded already is left alone.
    Where `because` is no longer true, nothing changes. Raises GoalNotFound.
    """
    goal = locking.find_goal(goal_id=goal_id)
    if not _holds_still(because, user_id, goal.streamer_id):
        return
    realtime.work_off(subjects=(_latest(goal).id, goal.streamer_id), now=now)
    with transaction.atomic():
        _lock(goal)
        latest = _latest(locking.find_goal(goal_id=goal_id))
        if again_at := stage_time.in_doubt_until(goal=latest, now=now):  # it may be complete by then
            enqueue(release_payer, Delivery(eta=again_at), goal_id=goal_id, user_id=user_id, because=because)
            return
        _release(latest, [user_id], because, now)


def release_unwelcome(*, goal: Goal, now: datetime) -> None:
    """Release the payers of an invitation whom its streamer has blocked, or whose account is closed.

    The caller has locked the session and the escrow.
    """
    for because, lost in lost_access.of_payers(goal=goal, now=now).items():
        if lost:
            _release(goal, lost, because, now)


def leave_streamer(*, user_id: str, streamer_id: str) -> None:
    """Enqueue the release of a blocked viewer from all goals of this streamer that they paid for.

    A purchase in flight may not have seen the block. It holds the lock of its session or its escrow,
    so this waits for it before it looks.
    """
    if not users.is_blocked(user_id=user_id, streamer_id=streamer_id):
        return
    with transaction.atomic():
        for session in Session.objects.filter(streamer_id=streamer_id, active=True):
            session_locking.lock_session(session_id=session.id)
        for escrow in Escrow.objects.filter(user_id=streamer_id, state=Escrow.State.OPEN).order_by("pk"):
            escrows.lock_escrow(escrow_id=escrow.pk)
        paid_for = selectors.goals_paid_for(user_id=user_id, streamer_id=streamer_id)
        _release_from(paid_for, user_id, EndedBecause.BLOCKED)


def leave_everything(*, user_id: str) -> None:
    """Enqueue the release of a closed account from all goals that it paid for."""
    _release_from(selectors.goals_paid_for(user_id=user_id), user_id, EndedBecause.ACCOUNT_CLOSED)


def end_goals_of_streamer(*, streamer_id: str) -> None:
    """End all goals of a streamer whose account is closed, and have their escrows refunded or split.

    Reached sales without a show are refunded as well. If the account was opened again in the
    meantime, nothing happens.
    """
    if not users.is_closed(user_id=streamer_id):
        return
    because = EndedBecause.ACCOUNT_CLOSED
    for goal in Goal.objects.filter(streamer_id=streamer_id, ended_at=None).order_by("id"):
        enqueue(lifecycle.deactivate_goal, goal_id=goal.id, because=because)
    unshown = Goal.objects.filter(streamer_id=streamer_id, type__in=SELLS_TICKETS, show_goal=None)
    for goal in unshown.exclude(outcome=Outcome.REFUNDED).order_by("id"):
        enqueue(settlement.check_funding_goal_refundable, goal_id=goal.id, because=because)


def _release_from(goal_ids: Collection[str], user_id: str, because: EndedBecause) -> None:
    for goal_id in goal_ids:
        enqueue(release_payer, goal_id=goal_id, user_id=user_id, because=because)


def _holds_still(because: EndedBecause, user_id: str, streamer_id: str) -> bool:
    """Check the reason again: the task may be old, or replayed."""
    if because == EndedBecause.BLOCKED:
        return users.is_blocked(user_id=user_id, streamer_id=streamer_id)
    return users.is_closed(user_id=user_id)


def _refuse_strangers(goal: Goal, caller_id: str, *, holds: bool = False) -> None:
    """Raise NotYourGoal unless the caller paid for this invitation; with `holds`, unless they still do."""
    invited = goal.facts.settled_by in (Settlement.PRIVATE, Settlement.ONE_ON_ONE)
    escrow_id = str(goal.escrow_id)
    if holds:
        known = wallet.holds(escrow_id=escrow_id, user_id=caller_id)
    else:
        known = invited and selectors.payments_made(escrow_id=escrow_id, user_id=caller_id) > 0
    if not known:
        raise NotYourGoal


def _lock(goal: Goal) -> None:
    """Lock a goal's session, so that nobody can join, and its escrow, so that the goal cannot change."""
    session_locking.lock_session(session_id=goal.session_id)
    escrows.lock_escrow(escrow_id=str(goal.escrow_id))


def _latest(goal: Goal) -> Goal:
    """Return the goal that the money is for now: the show of a sale, the 1-on-1 of an invitation."""
    return goal.show_goal or goal.exclusive_goal or goal


def _release(
    goal: Goal, payers: Collection[str], because: EndedBecause, now: datetime, triggerer: str | None = None
) -> None:
    """Release payers from the goal that their money is for; the session and the escrow are locked."""
    settled_by = goal.facts.settled_by
    match settled_by:
        case Settlement.NONE:
            return
        case Settlement.SHOW:
            _release_from_show(goal, payers, because, now)
        case _ if goal.ended_at is not None:
            return
        case Settlement.PRIVATE if goal.agreed_at is not None:
            _release_from_private(goal, payers, because, now)
        case Settlement.PRIVATE | Settlement.ONE_ON_ONE if goal.facts.is_invitation:
            _release_from_invitation(goal, payers, because, now, triggerer)
        case Settlement.PRIVATE | Settlement.ONE_ON_ONE:
            if goal.triggered_by_id in payers:
                lifecycle.deactivate_goal(goal_id=goal.id, because=because, now=now, worked_off=True)
        case _:
            assert_never(settled_by)


def _release_from_show(goal: Goal, payers: Collection[str], because: EndedBecause, now: datetime) -> None:
    waits_for_show = goal.facts.sells_tickets and goal.outcome == Outcome.COMPLETED
    if goal.ended_at is not None and not waits_for_show:
        return  # it is paid out or refunded
    counting.count_all_contributions(escrow_id=str(goal.escrow_id))
    giving_back.refund_tickets(escrow_id=str(goal.escrow_id), payers=payers, because=because, now=now)


def _release_from_invitation(
    goal: Goal, payers: Collection[str], because: EndedBecause, now: datetime, triggerer: str | None
) -> None:
    escrow_id = str(goal.escrow_id)
    given = early_refunds.refund_payers(escrow_id=escrow_id, payers=payers, reason=because, now=now)
    if not wallet.payments_held(escrow_id=escrow_id):
        lifecycle.deactivate_goal(goal_id=goal.id, because=because, triggerer=triggerer, now=now, worked_off=True)
    elif given.payers:
        publish_goal(GOAL_CHANGED, locking.lock_goal(goal_id=goal.id))


def _release_from_private(goal: Goal, payers: Collection[str], because: EndedBecause, now: datetime) -> None:
    """Split the blocks of these payers when they lost access; the show continues until the others' blocks end."""
    held = blocks.held_blocks(goal=goal)
    theirs = [block for block in held if block.payer_id in payers]
    if not theirs:
        return
    others = [blocks.end_of(block) for block in held if block.payer_id not in payers]
    until = lost_access.pays_until(goal=goal, until=now, now=now)
    escrow = escrows.lock_row(escrow_id=str(goal.escrow_id))
    posting.post_all_pending(escrow=escrow)
    kept = blocks.performed_shares(goal=goal, blocks=theirs, until=now, earlier=until, now=now)
    early_refunds.refund_payments(escrow=escrow, kept=kept, reason=because, now=now)
    blocks.cut(blocks=theirs, at=now, earlier=until)
    goal = locking.lock_goal(goal_id=goal.id)
    if max(others, default=now) <= now:
        lifecycle.deactivate_goal(goal_id=goal.id, because=because, now=now, worked_off=True)
        return
    blocks.move_end(goal=goal, exp=max(others), now=now)
    publish_goal(GOAL_CHANGED, goal)
