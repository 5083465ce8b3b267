"""Splitting an escrow: a part of each payment is kept for the streamer, the rest is refunded."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from livestream.outbox import Urgency, durable
from wallet import selectors
from wallet.models import EarlyRefund, Earning, Escrow
from wallet.services import early_refunds, escrows, payouts, posting


@durable(urgency=Urgency.MONEY, subject="escrow_id")
def escrow_split(
    now: datetime,
    *,
    escrow_id: str,
    kept: Mapping[str, int] | None = None,
    part: int | None = None,
    whole: int | None = None,
) -> bool:
    """Keep `kept` coins of each payment for the streamer, refund the rest, and decide the escrow.

    `kept` maps the ids of payments (transfers) to coins; a payment that is not in it is refunded in
    full. The escrow is completed if nothing is refunded, refunded if nothing is kept, and split
    otherwise; the kept coins are paid out by the usual chain. Returns whether this call decided it.
    Tasks of the previous release have `part` and `whole` (seconds) instead of `kept`: the streamer's
    share of all payments is `part` / `whole`, rounded down.
    """
    with transaction.atomic():
        escrow = escrows.lock_escrow(escrow_id=escrow_id)
        if escrow.state != Escrow.State.OPEN:
            return False
        posting.post_all_pending(escrow=escrow)
        held = selectors.payments_held(escrow_id=escrow_id)
        if kept is None:
            kept = filled(held, share=sum(each.amount for each in held) * (part or 0) // (whole or 1))
        parts = [(each, kept.get(each.transfer_id, 0)) for each in held]
        short = {each.transfer_id: part_of_it for each, part_of_it in parts if part_of_it < each.amount}
        early_refunds.refund_payments(escrow=escrow, kept=short, reason=EarlyRefund.CUT_SHORT, now=now)
        _decide(escrow, gave_back=bool(short), now=now)
    return True


def filled(held: list[selectors.Payment], *, share: int) -> dict[str, int]:
    """Return the kept coins of each payment if `share` coins are kept in all, from the oldest payments first."""
    kept: dict[str, int] = {}
    for each in held:
        kept[each.transfer_id] = min(each.amount, share)
        share -= kept[each.transfer_id]
    return kept


def _decide(escrow: Escrow, *, gave_back: bool, now: datetime) -> None:
    if escrow.refunded_early and escrow.refunded_early == escrow.received:
        escrows.decide(escrow=escrow, state=Escrow.State.REFUNDED, now=now)
        escrow.earnings.filter(state=Earning.State.PENDING).update(state=Earning.State.REFUNDED, settled_at=now)
        escrows.settle(escrow=escrow, now=now)
        return
    state = Escrow.State.SPLIT if gave_back else Escrow.State.COMPLETED
    escrows.decide(escrow=escrow, state=state, now=now)
    payouts.start(escrow=escrow, now=now)
