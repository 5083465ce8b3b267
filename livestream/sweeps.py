"""Sweeps of the ground floor: they purge old rows, and find accounts that were closed outside of the service."""

from __future__ import annotations

from livestream import clock, idempotency, sign_ins, users
from livestream.analytics import tracking
from livestream.events import delivering
from livestream.outbox import sweep
from livestream.storage.purging import purge_in_chunks

_A_MINUTE = 60
_CLOSED_AT_ONCE = 100


@sweep(every=_A_MINUTE)
def purge_idempotency_records() -> None:
    """Purge a few chunks of the answers that are older than 24 hours."""
    purge_in_chunks(purge=idempotency.purge, chunk_size=idempotency.PURGED_AT_ONCE, now=clock.now())


@sweep(every=_A_MINUTE)
def purge_sign_ins() -> None:
    """Purge a few chunks of the sign-ins whose tokens have all expired."""
    purge_in_chunks(purge=sign_ins.purge, chunk_size=sign_ins.PURGED_AT_ONCE, now=clock.now())


@sweep(every=_A_MINUTE)
def purge_receiver_runs() -> None:
    """Purge a few chunks of the receiver runs that are older than RETENTION_DAYS."""
    purge_in_chunks(purge=delivering.purge_runs, chunk_size=delivering.RUNS_PURGED_AT_ONCE, now=clock.now())


@sweep(every=_A_MINUTE)
def purge_tracked_events() -> None:
    """Purge a few chunks of the ids of tracked events that are older than RETENTION_DAYS."""
    purge_in_chunks(purge=tracking.purge, chunk_size=tracking.PURGED_AT_ONCE, now=clock.now())


@sweep(every=1)
def closed_accounts() -> None:
    """Publish `account.closed` for accounts that were closed without the service."""
    users.forget_closings()
    for user_id in users.closed_without_consequences(limit=_CLOSED_AT_ONCE):
        users.follow_closing(user_id=user_id, now=clock.now())
