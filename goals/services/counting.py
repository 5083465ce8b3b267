"""Counting bought and returned tickets in the progress of their sale, and closing sales to new payments."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.db.models import F

from goals import escrow_ids
from goals.models import Goal
from goals.services import progress
from goals.types import SELLS_TICKETS
from livestream.outbox import Urgency, durable
from wallet.models import Escrow
from wallet.services import escrows, posting


@durable(urgency=Urgency.MONEY, subject="escrow_id")
def count_contributions(*, escrow_id: str) -> int:
    """Count a batch of bought tickets into their goal, and return the coins it added.

    One step for many buyers: the escrow's balance, the earnings, the goal's progress, and one
    `goal.progressed`. Progress is what the escrow received and has not given back to single
    payers, so counting again adds nothing.
    """
    return _count_batch(escrow_id)[1]


def count_all_contributions(*, escrow_id: str) -> None:
    """Count all tickets of an escrow that have been bought so far."""
    while _count_batch(escrow_id)[0]:
        pass


def count_refunds(*, escrow_id: str, payers: Mapping[str, int]) -> None:
    """Subtract early refunds from a sale's progress; `payers` are the refunded coins by payer.

    A level that was reached stays reached. The caller holds the escrow's lock and has counted all purchases.
    """
    _follow(escrows.lock_row(escrow_id=escrow_id), {payer: -coins for payer, coins in payers.items()})


def _count_batch(escrow_id: str) -> tuple[int, int]:
    """Count a batch; return the coins that were posted, and the change of the goal's progress."""
    with transaction.atomic():
        escrow = escrows.lock_row(escrow_id=escrow_id)
        batch = posting.post_pending(escrow=escrow)
        return batch.amount, _follow(escrow, batch.payers, counted=batch.number)


def _follow(escrow: Escrow, payers: Mapping[str, int], *, counted: int = 0) -> int:
    """Set a sale's progress to the coins in its locked escrow; return the change."""
    goal_id = escrow_ids.goal_of(escrow.escrow_id)
    goal = Goal.objects.select_for_update().filter(pk=goal_id, type__in=SELLS_TICKETS).first()
    moved = escrow.received - escrow.refunded_early - goal.progress if goal else 0
    if counted or moved > 0:
        # Readers add the number of waiting payments to the version, which must not fall when they are counted.
        # After a refund of the whole escrow that number is not known: each payment has one coin at least.
        Goal.objects.filter(pk=goal_id, type__in=SELLS_TICKETS).update(version=F("version") + (counted or moved))
    if goal and moved:
        progress.advance(goal=goal, amount=moved, payers=payers)
    return moved


def close_sale(*, escrow_id: str) -> None:
    """Close the escrow of a show to new payments, wait for those in flight, and count everything.

    So no ticket is paid out or refunded uncounted.
    """
    with transaction.atomic():
        _stop_selling(escrow_id)
        count_all_contributions(escrow_id=escrow_id)


def close_sales_of_session(*, session_id: str) -> None:
    """Close the escrows of a session's sales and shows to new payments (spec section 5).

    The caller has locked the session, and this waits for payments in flight: after the commit no
    ticket is sold, not even for a request that began earlier. A show that continues during its
    grace sells no more tickets either.
    """
    selling = Goal.objects.filter(session_id=session_id, type__in=SELLS_TICKETS).order_by("id")
    taking = Escrow.objects.filter(state=Escrow.State.OPEN)
    for escrow_id in [str(goal.escrow_id) for goal in selling]:
        if taking.filter(pk=escrow_id).exists():
            _stop_selling(escrow_id)


def _stop_selling(escrow_id: str) -> None:
    """Refuse new payments into an escrow, after waiting for those in flight."""
    escrow = escrows.lock_escrow(escrow_id=escrow_id)
    escrows.set_accepts_until(escrow_id=escrow_id, until=escrow.opened_at)
