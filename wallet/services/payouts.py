"""Paying an escrow out: escrow_out, update_bi_escrow, transfer_escrow, transfer (seed 002)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from livestream.analytics import tracking
from livestream.events import publish
from livestream.events.contracts import (
    ESCROW_COMPLETED,
    ESCROW_COMPLETED_INDIVIDUAL,
    EscrowCompleted,
    EscrowCompletedIndividual,
)
from livestream.outbox import Delivery, Urgency, durable, enqueue
from wallet import selectors, transfer_ids
from wallet.models import Earning, Escrow, Transfer
from wallet.services import escrows, posting, transfers


@durable(urgency=Urgency.MONEY, subject="escrow_id")
def escrow_out(
    now: datetime, *, escrow_id: str, user_id: str, nbf: datetime | None = None, exp: datetime | None = None
) -> bool:
    """Decide that an escrow is paid out to the streamer `user_id`, and start the chain.

    Each pending earning gets its own chain, whatever its hour. `nbf` and `exp` (seed 002) are ignored;
    they are parameters because stored tasks name them. Returns whether this call decided it: an escrow
    that was decided before, either way, is left alone.
    """
    with transaction.atomic():
        escrow = escrows.lock_escrow(escrow_id=escrow_id)
        if escrow.state != Escrow.State.OPEN or escrow.user_id != user_id:
            return False
        posting.post_all_pending(escrow=escrow)
        escrows.decide(escrow=escrow, state=Escrow.State.COMPLETED, now=now)
        start(escrow=escrow, now=now)
    return True


def start(*, escrow: Escrow, now: datetime) -> None:
    """Start the chain of each pending earning of a decided, locked escrow; complete the escrow if there is none."""
    if not resume(escrow=escrow):
        complete(escrow=escrow, now=now)


def resume(*, escrow: Escrow, although_closed: bool = False) -> int:
    """Enqueue the first task of the chain of each pending earning, and return how many there are.

    With `although_closed`, a closed account is paid as well; only a person may decide that.
    """
    earnings = escrow.earnings.filter(state=Earning.State.PENDING).order_by("hour")
    for earning in earnings:
        _enqueue_next(update_bi_escrow, earning, although_closed)
    return len(earnings)


@durable(urgency=Urgency.MONEY)
def update_bi_escrow(*, earning_id: str, although_closed: bool = False) -> None:
    """Report an earning to business intelligence, then go on to pay it."""
    earning = Earning.objects.get(pk=earning_id)
    tracking.track(
        event="bi.escrow",
        user_id=earning.user_id,
        insert_id=f"bi-{earning.id}",
        properties={"escrow_id": earning.escrow_id, "amount": earning.amount},
    )
    _enqueue_next(transfer_escrow, earning, although_closed)


@durable(urgency=Urgency.MONEY)
def transfer_escrow(*, earning_id: str, although_closed: bool = False) -> None:
    """Name the transfer of an earning (seed 002) and hand it to the last link of the chain."""
    _enqueue_next(pay_earning, Earning.objects.get(pk=earning_id), although_closed)


def _enqueue_next(task: Callable[..., None], earning: Earning, although_closed: bool) -> None:
    # Workers of the previous release do not know `although_closed`, so it is passed only if it is set.
    decision = {"although_closed": True} if although_closed else {}
    enqueue(task, Delivery(subject=earning.escrow_id), earning_id=earning.id, **decision)


@durable(name="transfer", urgency=Urgency.MONEY)
def pay_earning(now: datetime, *, earning_id: str, although_closed: bool = False) -> None:
    """Move an earning from its escrow to the streamer; the last one completes the escrow.

    An earning of a closed account stays pending, until support pays it with `although_closed` or the
    account is opened again (spec section 6).
    """
    with transaction.atomic():
        escrow_id = Earning.objects.values_list("escrow_id", flat=True).get(pk=earning_id)
        escrow = escrows.lock_row(escrow_id=escrow_id)
        earning = Earning.objects.get(pk=earning_id)
        if earning.state != Earning.State.PENDING or escrow.state not in Escrow.PAID_OUT:
            return
        if earning.amount and not although_closed and selectors.waits_for_account(escrow=escrow):
            return
        if earning.amount:
            pay(earning=earning, now=now)
        earning.state, earning.settled_at = Earning.State.SETTLED, now
        earning.save(update_fields=["state", "settled_at"])
        is_last = not escrow.earnings.filter(state=Earning.State.PENDING).exists()
        if is_last and escrow.settled_at is None:
            complete(escrow=escrow, now=now)


def pay(*, earning: Earning, now: datetime) -> None:
    """Move an earning's coins out of its escrow, and publish `escrow.completed.individual`."""
    paid, _ = transfers.transfer(
        transfer_id=transfer_ids.payout(escrow_id=earning.escrow_id, earning_id=earning.id, user_id=earning.user_id),
        debit_id=earning.escrow_id,
        credit_id=earning.user_id,
        amount=earning.amount,
        kind=Transfer.Kind.PAYOUT,
        tags=[transfer_ids.tag(earning.escrow_id)],
        now=now,
    )
    publish(
        ESCROW_COMPLETED_INDIVIDUAL,
        EscrowCompletedIndividual(
            escrow_id=earning.escrow_id,
            amount=earning.amount,
            user_id=earning.user_id,
            transfer_id=paid.transfer_id,
        ),
    )


def complete(*, escrow: Escrow, now: datetime) -> None:
    """Mark a decided escrow as settled, and publish how many coins were paid out.

    Raises EscrowNotEmpty if anything is left in it, since nothing would ever move it again.
    """
    escrows.settle(escrow=escrow, now=now)
    amount = escrow.received - escrow.refunded_early
    publish(
        ESCROW_COMPLETED,
        EscrowCompleted(escrow_id=escrow.escrow_id, amount=amount, user_id=escrow.user_id),
    )
