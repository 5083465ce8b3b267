"""Analytics: what happened, for people who count (spec section 4, `track`)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from livestream import clock, ids
from livestream.analytics import sinks
from livestream.models import TrackedEvent
from livestream.outbox import Delivery, enqueue, external

_LONGEST_INSERT_ID = 200


def track(
    *,
    event: str,
    properties: Mapping[str, Any],
    insert_id: str,
    user_id: str | None = None,
    occurred_at: datetime | None = None,
) -> None:
    """Store one analytics event in the caller's transaction, delivered by the task `track`.

    An `insert_id` that was tracked before is tracked no more: a replay counts nothing twice.
    Delivery of the one happens at least once, with the same `insert_id` each time, by which
    the receiver recognizes a repeat. `properties` are JSON values. Without `occurred_at` the
    moment of delivery counts. Raises TransactionManagementError outside of a transaction.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError(f"tracking {event} needs an open transaction")
    key = insert_id[:_LONGEST_INSERT_ID]
    if _is_first(key):
        enqueue(
            deliver,
            Delivery(key=key, pending="keep"),
            event=event,
            properties=dict(properties),
            insert_id=insert_id,
            user_id=user_id,
            time=clock.to_epoch(occurred_at),
        )


@external(name="track")
def deliver(
    now: datetime,
    *,
    event: str,
    properties: dict[str, Any],
    insert_id: str,
    user_id: str | None = None,
    time: int | None = None,
) -> None:
    """Deliver one analytics event; `time` in unix seconds, now where it is None."""
    at = time if time is not None else clock.to_epoch(now)
    named = {"event": event, "insert_id": insert_id, "user_id": user_id, "time": at}
    sinks.deliver(record={**named, "properties": properties})


def _is_first(insert_id: str) -> bool:
    """Keep the id in the caller's transaction, and return whether nobody had."""
    if TrackedEvent.objects.filter(pk=insert_id).exists():
        return False
    mine = TrackedEvent(insert_id=insert_id, claim=ids.new_id(), tracked_at=clock.now())
    TrackedEvent.objects.bulk_create([mine], ignore_conflicts=True)
    return TrackedEvent.objects.filter(pk=insert_id, claim=mine.claim).exists()
