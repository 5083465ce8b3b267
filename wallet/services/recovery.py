"""Recovery: payouts and refunds that were decided and not finished are resumed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import chain

from django.db import transaction

from livestream.outbox import enqueue
from livestream.storage.conflicts import retried
from livestream.storage.keyset import iterate
from wallet import selectors
from wallet.models import Escrow
from wallet.services import escrows, payouts, refunds


def unfinished(*, before: datetime, although_closed: bool = False) -> Iterator[Escrow]:
    """Iterate over the escrows that were decided before `before` and are not paid completely.

    Escrows that wait for a closed account are left out, unless support asks with `although_closed`.
    Escrows that an earlier release marked as settled with a pending earning are included.
    """
    found = selectors.unsettled_escrows(before=before), selectors.stranded_escrows(before=before)
    for escrow in chain.from_iterable(iterate(rows, by="escrow_id") for rows in found):
        if although_closed or not selectors.waits_for_account(escrow=escrow):
            yield escrow


@retried
def resume(*, escrow_id: str, although_closed: bool = False) -> bool:
    """Store the tasks for what is left of a decided payout or refund, and return whether anything is left.

    Its earlier tasks may still be pending, since each earning is paid once, and so is each refund.
    With `although_closed`, a closed account is paid as well.
    """
    with transaction.atomic():
        escrow = escrows.lock_row(escrow_id=escrow_id)
        if escrow.state in Escrow.PAID_OUT:
            return bool(payouts.resume(escrow=escrow, although_closed=although_closed))
        if escrow.state == Escrow.State.OPEN or escrow.settled_at is not None:
            return False
        enqueue(refunds.refund_escrow_chunk, escrow_id=escrow_id)
        return True


def resume_of_user(*, user_id: str) -> int:
    """Resume the payouts of a streamer whose account was opened again; return how many there were (spec 6)."""
    waiting = Escrow.objects.filter(user_id=user_id, settled_at=None, state__in=Escrow.PAID_OUT)
    return sum(resume(escrow_id=escrow_id) for escrow_id in list(waiting.values_list("pk", flat=True)))
