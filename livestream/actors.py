"""Actors and sweeps of the ground floor."""

from __future__ import annotations

from typing import Any

from livestream import clock, idempotency
from livestream.analytics import sinks
from livestream.events import actors as event_actors
from livestream.events import runs
from livestream.outbox import external, sweep
from livestream.storage.purging import purge_in_chunks

__all__ = ["event_actors", "purge_idempotency_records", "purge_receiver_runs", "track"]

_A_MINUTE = 60


@external()
def track(
    *,
    event: str,
    properties: dict[str, Any],
    insert_id: str,
    user_id: str | None = None,
    time: int | None = None,
) -> None:
    """Deliver one analytics event; `time` in unix seconds."""
    at = time if time is not None else clock.to_epoch(clock.now())
    named = {"event": event, "insert_id": insert_id, "user_id": user_id, "time": at}
    sinks.deliver(record={**named, "properties": properties})


@sweep(every=_A_MINUTE)
def purge_idempotency_records() -> None:
    """Purge a few chunks of the answers that are older than 24 hours."""
    purge_in_chunks(purge=idempotency.purge, chunk_size=idempotency.PURGED_AT_ONCE, now=clock.now())


@sweep(every=_A_MINUTE)
def purge_receiver_runs() -> None:
    """Purge a few chunks of the receiver runs that are older than RETENTION_DAYS."""
    purge_in_chunks(purge=runs.purge, chunk_size=runs.PURGED_AT_ONCE, now=clock.now())
