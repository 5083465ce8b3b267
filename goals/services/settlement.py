"""What becomes of a goal's money. The wallet moves it; here it is decided where it goes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from goals import endings
from goals.endings import EndedBecause, Outcome
from goals.models import Goal
from goals.services import (
    blocks,
    counting,
    giving_back,
    lifecycle,
    locking,
    lost_access,
    performance,
    stage_time,
)
from goals.services.publishing import publish_goal
from livestream.events.contracts import GOAL_CHANGED
from livestream.outbox import Delivery, Urgency, durable, enqueue
from wallet.services import escrows, payouts, refunds, splits

# Reasons to refund a reached sale that apply only while it has no show.
_WITHOUT_A_SHOW = frozenset({EndedBecause.SESSION_ENDED, EndedBecause.NOT_STARTED, EndedBecause.ACCOUNT_CLOSED})


def pay_show_out(*, goal_id: str, now: datetime) -> None:
    """Have the escrow of a completed show paid out: earnings since the session's start (seed 002).

    Who lost access before the show was performed to its end is given everything back first.
    """
    show = Goal.objects.get(pk=goal_id)
    escrow_id = str(show.escrow_id)
    counting.close_sale(escrow_id=escrow_id)
    reached_at = stage_time.reached_at(goal=show, now=now)
    closed_at = lost_access.of_streamer(goal=show, now=now)
    if closed_at is not None and closed_at < reached_at:
        refund_show(goal_id=goal_id)
        return
    for because, lost in lost_access.of_payers(goal=show, now=now, until=reached_at).items():
        giving_back.refund_tickets(escrow_id=escrow_id, payers=lost, because=because, now=now)
    _pay_out(show, now)


def refund_show(*, goal_id: str) -> None:
    """Have everybody who paid for a show refunded, and publish the new outcome of its sale."""
    goal = Goal.objects.get(pk=goal_id)
    counting.close_sale(escrow_id=str(goal.escrow_id))
    if goal.funding_goal_id:
        sale = Goal.objects.filter(pk=goal.funding_goal_id, outcome=Outcome.COMPLETED)
        if sale.update(outcome=Outcome.REFUNDED):
            publish_goal(GOAL_CHANGED, Goal.objects.get(pk=goal.funding_goal_id))
    _refund(goal)


def settle_private(*, goal_id: str, now: datetime) -> None:
    """Settle the escrow of a private show.

    It is refunded if the streamer never agreed, paid out if it was performed to its end, and
    otherwise each block is split by the performed seconds. Blocks of payers who lost access before
    the end are always split.
    """
    goal = Goal.objects.get(pk=goal_id)
    if goal.agreed_at is None:
        _refund(goal)
        return
    until = goal.ended_at or now
    lost = lost_access.pays_until(goal=goal, until=stage_time.reached_at(goal=goal, now=now), now=now)
    if goal.reached and not lost:
        _pay_out(goal, now)
        return
    held = blocks.held_blocks(goal=goal)
    blocks.cut(blocks=held, at=until, earlier=lost)
    short = [each for each in held if each.payer_id in lost] if goal.reached else held
    in_full = {each.hold_id: each.amount for each in held}
    _split(goal, in_full | blocks.performed_shares(goal=goal, blocks=short, until=until, earlier=lost, now=now))


def pay_exclusive_out(*, goal_id: str, now: datetime) -> None:
    """Have the escrow of a completed 1-on-1 paid out, or split where the viewer lost access before."""
    goal = Goal.objects.get(pk=goal_id)
    lost = _lost_exclusive(goal, now)
    if lost is None:
        _pay_out(goal, now)
    else:
        _split_exclusive(goal, _performed_until(goal, lost, now))


def plan_refund_check(*, goal_id: str, at: datetime | None) -> None:
    """Have `check_trigger_exclusive_goal_refundable` run at the goal's `exp` (seed 001)."""
    enqueue(check_trigger_exclusive_goal_refundable, Delivery(eta=at), goal_id=goal_id)


@durable(urgency=Urgency.MONEY, subject="goal_id")
def check_trigger_exclusive_goal_refundable(now: datetime, *, goal_id: str) -> None:
    """Refund an invitation to a 1-on-1 that was not agreed to, split one that was cut short.

    An invitation that nobody answered by now is ended here. One that was agreed to is paid
    for by the 1-on-1 it led to: the performed share to the streamer, the rest to the viewer.
    """
    with transaction.atomic():
        lifecycle.deactivate_goal(goal_id=goal_id, because=EndedBecause.EXPIRED, now=now)
        goal = locking.lock_goal(goal_id=goal_id)
        if goal.ended_at is None or goal.outcome in (Outcome.AGREED, Outcome.COMPLETED):
            return
        performed = goal.progress if goal.facts.performed else 0
        lost = _lost_exclusive(goal, now) if performed else None
        _split_exclusive(goal, performed if lost is None else _performed_until(goal, lost, now))


@durable(urgency=Urgency.MONEY, subject="goal_id")
def check_funding_goal_refundable(
    now: datetime, *, goal_id: str, because: EndedBecause = EndedBecause.SESSION_ENDED
) -> bool:
    """Refund a funding goal whose session, or account, ended before its show was made (seed 000)."""
    return refund_sale(goal_id=goal_id, because=because, now=now)


def refund_sale(*, goal_id: str, because: EndedBecause, now: datetime, triggerer: str | None = None) -> bool:
    """End a sale and have everybody refunded, even if it was reached; return whether this call did it.

    An open sale ends first, so that all of its payments are counted. A reached sale has ended before:
    its reason and outcome are replaced once, and published as `goal.changed`. If its show has
    started, nothing is refunded. A show that is only scheduled ends with the sale, unless `because`
    is a reason that applies only without a show. Raises GoalNotFound.
    """
    with transaction.atomic():
        # The whole escrow, before the goal's locks: this waits for payments in flight.
        escrows.lock_escrow(escrow_id=str(locking.find_goal(goal_id=goal_id).escrow_id))
        if lifecycle.deactivate_goal(goal_id=goal_id, because=because, triggerer=triggerer, now=now):
            return True
        sale = locking.lock_goal(goal_id=goal_id)
        # Only once: a sale that support has refunded keeps that reason.
        if sale.outcome != Outcome.COMPLETED or not _end_show(sale, because, triggerer, now):
            return False
        sale.ended_because = because
        sale.outcome = endings.outcome_of(sale.type, because, progress=sale.progress, agreed=False)
        sale.save(update_fields=["ended_because", "outcome"])
        refund_show(goal_id=goal_id)
        publish_goal(GOAL_CHANGED, sale)
        return True


def _end_show(sale: Goal, because: EndedBecause, triggerer: str | None, now: datetime) -> bool:
    """End the show of a sale that is refunded, if there is one; return False if the show prevents the refund."""
    show_id = sale.show_goal_id
    if show_id is None:
        return True
    if because in _WITHOUT_A_SHOW or lifecycle.activate_goal(goal_id=show_id, now=now):  # its task may be late
        return False
    scheduled = Goal.objects.filter(pk=show_id, active=False, ended_at=None).exists()
    return scheduled and lifecycle.deactivate_goal(goal_id=show_id, because=because, triggerer=triggerer, now=now)


def _pay_out(goal: Goal, now: datetime) -> None:
    session = goal.session
    nbf = session.started_at or session.created_at
    enqueue(payouts.escrow_out, escrow_id=str(goal.escrow_id), user_id=goal.streamer_id, nbf=nbf, exp=now)


def _lost_exclusive(goal: Goal, now: datetime) -> datetime | None:
    """Return when the viewer of a 1-on-1 lost access to it, where that was before it was over."""
    lost = lost_access.pays_until(goal=goal, until=stage_time.reached_at(goal=goal, now=now), now=now)
    return min(lost.values(), default=None)


def _performed_until(goal: Goal, end: datetime, now: datetime) -> int:
    start = goal.started_at or goal.created_at
    return performance.performed_between(goal=goal, start=start, end=end, now=now)


def _split_exclusive(goal: Goal, performed: int) -> None:
    if performed > 0:
        held = blocks.held_blocks(goal=goal.trigger_goal or goal)
        _split(goal, blocks.shares_in_order(blocks=held, performed=performed))
    else:
        _refund(goal)


def _refund(goal: Goal) -> None:
    enqueue(refunds.escrow_refund, escrow_id=str(goal.escrow_id))


def _split(goal: Goal, kept: Mapping[str, int]) -> None:
    enqueue(splits.escrow_split, escrow_id=str(goal.escrow_id), kept=kept)
