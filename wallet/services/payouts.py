"""Paying an escrow out: escrow_out, update_bi_escrow, transfer_escrow, transfer (seed 002)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from livestream.analytics import tracking
from livestream.events import publish
from livestream.events.contracts import (
    ESCROW_COMPLETED,
    ESCROW_COMPLETED_INDIVIDUAL,
    EscrowCompleted,
    EscrowCompletedIndividual,
)
from livestream.outbox import Delivery, durable, enqueue
from wallet import transfer_ids
from wallet.models import Earning, Escrow, Transfer
from wallet.services import escrows, posting, transfers


@durable(subject="escrow_id")
def escrow_out(now: datetime, *, escrow_id: str, user_id: str, nbf: datetime, exp: datetime) -> bool:
    """Decide that an escrow is paid out to the streamer `user_id`, and start the chain.

    Each pending earning between `nbf` and `exp`, or now where that is later, + 1 h gets its own
    chain. Returns whether this call decided it: an escrow that was decided before, either way,
    is left alone.
    """
    with transaction.atomic():
        escrow = escrows.lock_escrow(escrow_id=escrow_id)
        if escrow.state != Escrow.State.OPEN or escrow.user_id != user_id:
            return False
        posting.post_all_pending(escrow=escrow)
        escrows.decide(escrow=escrow, state=Escrow.State.COMPLETED, now=now)
        # A show may outlive its session for as long as its grace says, and sell tickets until
        # then: an earning left out here would never be paid by anything.
        earnings = earnings_to_pay(escrow=escrow, nbf=nbf, exp=max(exp, now))
        for earning in earnings:
            enqueue(update_bi_escrow, Delivery(subject=escrow_id), earning_id=earning.id)
        if not earnings:
            complete(escrow=escrow, amount=escrow.received, now=now)
    return True


def earnings_to_pay(*, escrow: Escrow, nbf: datetime, exp: datetime) -> list[Earning]:
    """Return the escrow's pending earnings between `nbf` and `exp` + 1 h.

    An earning carries the hour it began in, and tickets may be sold before the session is
    started; so the window opens with the hour of whichever came first.
    """
    first = posting.hour_of(min(nbf, escrow.opened_at))
    pending = escrow.earnings.filter(state=Earning.State.PENDING)
    return list(pending.filter(hour__gte=first, hour__lte=exp + timedelta(hours=1)).order_by("hour"))


@durable()
def update_bi_escrow(*, earning_id: str) -> None:
    """Report an earning to business intelligence, then go on to pay it."""
    earning = Earning.objects.get(pk=earning_id)
    tracking.track(
        event="bi.escrow",
        user_id=earning.user_id,
        insert_id=f"bi-{earning.id}",
        properties={"escrow_id": earning.escrow_id, "amount": earning.amount},
    )
    enqueue(transfer_escrow, Delivery(subject=earning.escrow_id), earning_id=earning.id)


@durable()
def transfer_escrow(*, earning_id: str) -> None:
    """Name the transfer of an earning (seed 002) and hand it to the last link of the chain."""
    earning = Earning.objects.get(pk=earning_id)
    enqueue(pay_earning, Delivery(subject=earning.escrow_id), earning_id=earning.id)


@durable(name="transfer")
def pay_earning(now: datetime, *, earning_id: str) -> None:
    """Move an earning from its escrow to the streamer; the last one completes the escrow."""
    with transaction.atomic():
        escrow_id = Earning.objects.values_list("escrow_id", flat=True).get(pk=earning_id)
        escrow = escrows.lock_row(escrow_id=escrow_id)
        earning = Earning.objects.get(pk=earning_id)
        if earning.state != Earning.State.PENDING or escrow.state != Escrow.State.COMPLETED:
            return
        if earning.amount:
            pay(earning=earning, now=now)
        earning.state, earning.settled_at = Earning.State.SETTLED, now
        earning.save(update_fields=["state", "settled_at"])
        if not escrow.earnings.filter(state=Earning.State.PENDING).exists():
            complete(escrow=escrow, amount=escrow.received, now=now)


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


def complete(*, escrow: Escrow, amount: int, now: datetime) -> None:
    """Note that a decided escrow is settled, `amount` coins of it paid out, and publish that."""
    escrow.settled_at = now
    escrow.save(update_fields=["settled_at"])
    publish(
        ESCROW_COMPLETED,
        EscrowCompleted(escrow_id=escrow.escrow_id, amount=amount, user_id=escrow.user_id),
    )
