"""Payers of an escrow have their coins back."""

from __future__ import annotations

from livestream.events import receives
from livestream.events.contracts import ESCROW_REFUNDED, EscrowRefunded
from notifications.services import escrow_pushes, tracking


@receives(ESCROW_REFUNDED, effect=True, news=True)
def notify_escrow_refunded(event: EscrowRefunded) -> None:
    escrow_pushes.start_telling_refunds(
        escrow_id=event.escrow_id,
        first_payer=event.first_payer,
        last_payer=event.last_payer,
        event_id=event.event_id,
    )


@receives(ESCROW_REFUNDED, effect=True)
def track_escrow(event: EscrowRefunded) -> None:
    tracking.track_escrow(name=ESCROW_REFUNDED.name, event=event)


@receives(ESCROW_REFUNDED, effect=True)
def record_bi_escrow_refund(event: EscrowRefunded) -> None:
    tracking.record_bi_escrow_refund(event=event)
