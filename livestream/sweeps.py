"""Sweeps of the ground floor: old rows are purged."""

from __future__ import annotations

from livestream import clock, idempotency
from livestream.events import runs
from livestream.outbox import sweep
from livestream.storage.purging import forget_some

_A_MINUTE = 60


@sweep(every=_A_MINUTE)
def purge_idempotency_records() -> None:
    """Forget some of the answers kept for longer than 24 hours."""
    forget_some(forget=idempotency.purge, full=idempotency.PURGED_AT_ONCE, now=clock.now())


@sweep(every=_A_MINUTE)
def purge_receiver_runs() -> None:
    """Forget some of which receivers ran more than RETENTION_DAYS ago."""
    forget_some(forget=runs.purge, full=runs.PURGED_AT_ONCE, now=clock.now())
