"""Splitting an escrow: the streamer is paid a share, the viewer is given the rest."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from livestream.events import publish
from livestream.events.contracts import ESCROW_REFUNDED, EscrowRefunded
from livestream.outbox import durable
from wallet import transfer_ids
from wallet.models import Earning, Escrow, Transfer
from wallet.selectors import held_by_payer
from wallet.services import escrows, payouts, posting, transfers


@durable(subject="escrow_id")
def escrow_split(now: datetime, *, escrow_id: str, part: int, whole: int) -> bool:
    """Pay `part` / `whole` of an escrow to its streamer, rounded down, and refund the rest.

    For a 1-on-1 that was cut short (spec section 6): `part` and `whole` are seconds, and one
    viewer paid once. Returns whether this call decided it.
    """
    with transaction.atomic():
        escrow = escrows.lock_escrow(escrow_id=escrow_id)
        if escrow.state != Escrow.State.OPEN:
            return False
        posting.post_all_pending(escrow=escrow)
        escrows.decide(escrow=escrow, state=Escrow.State.SPLIT, now=now)
        share = escrow.received * part // whole
        _pay_share(escrow, share, now)
        _refund_rest(escrow, escrow.received - share, now)
        payouts.complete(escrow=escrow, amount=share, now=now)
    return True


def _pay_share(escrow: Escrow, share: int, now: datetime) -> None:
    earning = escrow.earnings.get()
    earning.amount, earning.state, earning.settled_at = share, Earning.State.SETTLED, now
    earning.save(update_fields=["amount", "state", "settled_at"])
    if share:
        payouts.pay(earning=earning, now=now)


def _refund_rest(escrow: Escrow, rest: int, now: datetime) -> None:
    [(payer_id, _)] = held_by_payer(escrow_id=escrow.escrow_id)
    if not rest:
        return
    transfers.transfer(
        transfer_id=transfer_ids.refund_prefix(escrow.escrow_id) + payer_id,
        debit_id=escrow.escrow_id,
        credit_id=payer_id,
        amount=rest,
        kind=Transfer.Kind.REFUND,
        tags=[transfer_ids.tag(escrow.escrow_id)],
        now=now,
    )
    refunded = EscrowRefunded(
        escrow_id=escrow.escrow_id,
        amount=rest,
        first_payer=payer_id,
        last_payer=payer_id,
        payers=1,
        final=True,
        user_id=escrow.user_id,
    )
    publish(ESCROW_REFUNDED, refunded)
