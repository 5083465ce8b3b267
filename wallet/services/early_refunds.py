"""Early refunds: refunding single payers before their escrow is settled (spec section 6)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from livestream.events import publish
from livestream.events.contracts import ESCROW_REFUNDED, EscrowRefunded
from livestream.ids import new_id
from livestream.storage.conflicts import retried
from wallet import sql
from wallet.models import Escrow
from wallet.services import escrows, posting

CHUNK = 10_000


@dataclass(frozen=True, slots=True)
class EarlyRefunds:
    """The coins that one call gave back: by payer, and in all."""

    payers: dict[str, int] = field(default_factory=dict)
    amount: int = 0


def refund_payments(*, escrow: Escrow, kept: Mapping[str, int], reason: str, now: datetime) -> EarlyRefunds:
    """Refund these payments of an open escrow, each less the coins that are kept for the streamer.

    `escrow` is locked exclusively by the caller, in an open transaction. `kept` maps the ids of
    payments (transfers) to coins. A payment that was refunded before is left alone, and so is a
    decided escrow. Raises IntegrityError if more would be kept than was paid (spec section 6).
    """
    return _refund(escrow, kept, reason, now)


def refund_payers(
    *, escrow_id: str, payers: Collection[str], reason: str, now: datetime, size: int = CHUNK
) -> EarlyRefunds:
    """Refund these payers everything that an open escrow still holds of theirs.

    Every `size` payers are one transaction and one event, unless the caller has a transaction open.
    A call that was killed can be repeated: it skips payers who were refunded. If the escrow is
    decided, nothing happens. Raises EscrowNotFound (spec section 6).
    """
    given: dict[str, int] = {}
    ordered = sorted(set(payers))
    for start in range(0, len(ordered), size):
        given |= _refund_chunk(escrow_id, ordered[start : start + size], reason, now).payers
    return EarlyRefunds(given, sum(given.values()))


@retried
def _refund_chunk(escrow_id: str, payers: Collection[str], reason: str, now: datetime) -> EarlyRefunds:
    with transaction.atomic():
        return _refund(escrows.lock_escrow(escrow_id=escrow_id), payers, reason, now)


def _refund(escrow: Escrow, chosen: Collection[str] | Mapping[str, int], reason: str, now: datetime) -> EarlyRefunds:
    if escrow.state != Escrow.State.OPEN or not chosen:
        return EarlyRefunds()
    # An uncounted payment is in no earning yet that could be reduced.
    posting.post_all_pending(escrow=escrow)
    wanted = sql.EarlyBatch(escrow_id=escrow.escrow_id, chosen=chosen, reason=reason, batch=new_id(), now=now)
    payers = sql.refund_batch(wanted)
    refunds = EarlyRefunds(payers, sum(payers.values()))
    if payers:
        escrow.refunded_early += refunds.amount
        _publish(escrow, wanted.batch, refunds)
    return refunds


def _publish(escrow: Escrow, batch: str, refunds: EarlyRefunds) -> None:
    publish(
        ESCROW_REFUNDED,
        EscrowRefunded(
            event_id=batch,
            escrow_id=escrow.escrow_id,
            amount=refunds.amount,
            first_payer=min(refunds.payers),
            last_payer=max(refunds.payers),
            payers=len(refunds.payers),
            final=False,
            early=True,
            user_id=escrow.user_id,
        ),
    )
