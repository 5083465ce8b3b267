"""An escrow is paid out to its streamer (seed 002)."""

from __future__ import annotations

from livestream import clock
from livestream.events import receives
from livestream.events.contracts import (
    ESCROW_COMPLETED,
    ESCROW_COMPLETED_INDIVIDUAL,
    EscrowCompleted,
    EscrowCompletedIndividual,
    EscrowEvent,
)
from notifications.services import escrow_pushes, tracking


@receives(ESCROW_COMPLETED_INDIVIDUAL, effect=True, news=True)
def notify_escrow_completed_individual(event: EscrowCompletedIndividual) -> None:
    name = ESCROW_COMPLETED_INDIVIDUAL.name
    escrow_pushes.push_completed(name=name, event=event, now=clock.now())


@receives(ESCROW_COMPLETED, effect=True, news=True)
def notify_escrow_completed(event: EscrowCompleted) -> None:
    escrow_pushes.push_completed(name=ESCROW_COMPLETED.name, event=event, now=clock.now())


@receives(ESCROW_COMPLETED_INDIVIDUAL, effect=True)
@receives(ESCROW_COMPLETED, effect=True)
def track_escrow(event: EscrowEvent) -> None:
    whole = isinstance(event, EscrowCompleted)
    signal = ESCROW_COMPLETED if whole else ESCROW_COMPLETED_INDIVIDUAL
    tracking.track_escrow(name=signal.name, event=event)
