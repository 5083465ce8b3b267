"""Recovery: payouts and refunds that were decided and not finished are resumed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction

from livestream.outbox import Delivery, enqueue
from livestream.storage.conflicts import retried
from livestream.storage.keyset import iterate
from wallet.models import Earning, Escrow
from wallet.services import escrows, payouts, refunds


def unfinished(*, before: datetime) -> Iterator[Escrow]:
    """Iterate over the escrows that were decided before `before` and whose money has not all arrived."""
    unsettled = Escrow.objects.filter(settled_at=None, decided_at__lt=before)
    return iterate(unsettled, by="escrow_id")


@retried
def resume(*, escrow_id: str) -> bool:
    """Store the tasks for what is left of a decided payout or refund, and return whether anything is left.

    Its earlier tasks may still be pending, since each earning is paid once, and so is each refund.
    """
    with transaction.atomic():
        escrow = escrows.lock_row(escrow_id=escrow_id)
        if escrow.state == Escrow.State.OPEN or escrow.settled_at is not None:
            return False
        if escrow.state == Escrow.State.REFUNDED:
            enqueue(refunds.refund_escrow_chunk, escrow_id=escrow_id)
            return True
        pending = escrow.earnings.filter(state=Earning.State.PENDING).order_by("hour")
        for earning in pending:
            enqueue(payouts.update_bi_escrow, Delivery(subject=escrow_id), earning_id=earning.id)
        return bool(pending)
