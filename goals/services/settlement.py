"""What becomes of a goal's money. The wallet moves it; here it is decided where it goes."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from goals import escrow_ids
from goals.endings import EndedBecause, Outcome
from goals.models import Goal
from goals.services import contributions, lifecycle, locking
from livestream.outbox import Delivery, durable, enqueue
from wallet.services import escrows, payouts, refunds, splits


def pay_show_out(*, goal_id: str, now: datetime) -> None:
    """Have the escrow of a completed show paid out: earnings since the session's start (seed 002)."""
    show = Goal.objects.get(pk=goal_id)
    contributions.close_sale(escrow_id=str(show.escrow_id))
    _pay_out(show, now)


def refund_show(*, goal_id: str) -> None:
    """Have everybody who paid for a show get everything back."""
    goal = Goal.objects.get(pk=goal_id)
    contributions.close_sale(escrow_id=str(goal.escrow_id))
    if goal.funding_goal_id:
        Goal.objects.filter(pk=goal.funding_goal_id).update(outcome=Outcome.REFUNDED)
    _refund(goal)


def settle_private(*, goal_id: str, now: datetime) -> None:
    """Have a private show that was agreed to paid out, and any other invitation refunded."""
    goal = Goal.objects.get(pk=goal_id)
    if goal.agreed_at is None:
        _refund(goal)
    else:
        _pay_out(goal, now)


def pay_exclusive_out(*, goal_id: str, now: datetime) -> None:
    """Have the escrow of a completed 1-on-1 paid out."""
    _pay_out(Goal.objects.get(pk=goal_id), now)


def plan_refund_check(*, goal_id: str, at: datetime | None) -> None:
    """Have `check_trigger_exclusive_goal_refundable` run at the goal's `exp` (seed 001)."""
    enqueue(check_trigger_exclusive_goal_refundable, Delivery(eta=at), goal_id=goal_id)


@durable(subject="goal_id")
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
        if goal.facts.performed and goal.progress:
            _split(goal)
        else:
            _refund(goal)


@durable(subject="goal_id")
def check_funding_goal_refundable(now: datetime, *, goal_id: str) -> bool:
    """Refund a reached funding goal whose session ended before its show was made (seed 000).

    Ends the goal first where that is still to come, so that all of its money is counted.
    """
    with transaction.atomic():
        # The whole escrow, before the goal's locks: this waits for payments in flight.
        escrows.lock_escrow(escrow_id=escrow_ids.show_funding(goal_id))
        lifecycle.deactivate_goal(goal_id=goal_id, because=EndedBecause.SESSION_ENDED, now=now)
        goal = locking.lock_goal(goal_id=goal_id)
        if goal.show_goal_id or not goal.reached:
            return False
        # Once: what support has refunded since was not refunded because the session ended.
        sale = Goal.objects.filter(pk=goal.pk, outcome=Outcome.COMPLETED)
        sale.update(ended_because=EndedBecause.SESSION_ENDED, outcome=Outcome.REFUNDED)
        refund_show(goal_id=goal_id)
        return True


def _pay_out(goal: Goal, now: datetime) -> None:
    session = goal.session
    nbf = session.started_at or session.created_at
    enqueue(payouts.escrow_out, escrow_id=str(goal.escrow_id), user_id=goal.streamer_id, nbf=nbf, exp=now)


def _refund(goal: Goal) -> None:
    enqueue(refunds.escrow_refund, escrow_id=str(goal.escrow_id))


def _split(goal: Goal) -> None:
    enqueue(splits.escrow_split, escrow_id=str(goal.escrow_id), part=goal.progress, whole=goal.target)
