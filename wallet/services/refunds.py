"""Refunding an escrow: decided once, then paid back in chunks of a few statements each."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from livestream.events import publish
from livestream.events.contracts import ESCROW_REFUNDED, EscrowRefunded
from livestream.outbox import Urgency, durable, enqueue
from wallet import sql
from wallet.models import Earning, Escrow
from wallet.services import escrows, posting

CHUNK = 10_000


@durable(urgency=Urgency.MONEY, subject="escrow_id")
def escrow_refund(now: datetime, *, escrow_id: str) -> bool:
    """Decide that every payer of an escrow is refunded what is left of their payments, and start the refunds.

    Returns whether this call decided it: an escrow that was decided before is left alone.
    """
    with transaction.atomic():
        escrow = escrows.lock_escrow(escrow_id=escrow_id)
        if escrow.state != Escrow.State.OPEN:
            return False
        posting.post_all_pending(escrow=escrow)
        escrows.decide(escrow=escrow, state=Escrow.State.REFUNDED, now=now)
        escrow.earnings.filter(state=Earning.State.PENDING).update(state=Earning.State.REFUNDED, settled_at=now)
        enqueue(refund_escrow_chunk, escrow_id=escrow_id)
    return True


@durable(urgency=Urgency.MONEY, subject="escrow_id")
def refund_escrow_chunk(now: datetime, *, escrow_id: str, size: int = CHUNK) -> int:
    """Pay the next `size` payers back, in a few statements, and return how many they were.

    The position is stored on the escrow and commits with the money, so a refund that was
    killed resumes there; the task for the next chunk is stored with this one.
    """
    with transaction.atomic():
        escrow = escrows.lock_row(escrow_id=escrow_id)
        if escrow.state != Escrow.State.REFUNDED or escrow.settled_at is not None:
            return 0
        chunk = sql.find_refund_chunk(escrow_id, escrow.refunded_upto, size)
        if chunk.payers:
            sql.pay_refund_chunk(escrow_id, chunk, now)
            escrow.refunded_upto = chunk.last
            escrow.save(update_fields=["refunded_upto"])
        if chunk.payers < size:
            escrows.settle(escrow=escrow, now=now)
        else:
            enqueue(refund_escrow_chunk, escrow_id=escrow_id)
        _publish_refunded(escrow, chunk)
    return chunk.payers


def _publish_refunded(escrow: Escrow, chunk: sql.RefundChunk) -> None:
    publish(
        ESCROW_REFUNDED,
        EscrowRefunded(
            escrow_id=escrow.escrow_id,
            amount=chunk.amount,
            first_payer=chunk.first,
            last_payer=chunk.last,
            payers=chunk.payers,
            final=escrow.settled_at is not None,
            user_id=escrow.user_id,
        ),
    )
