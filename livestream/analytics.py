"""Analytics: what happened, for people who count (spec section 4, `track`)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from livestream import clock
from livestream.outbox import enqueue


def track(
    *,
    event: str,
    properties: Mapping[str, Any],
    insert_id: str,
    user_id: str | None = None,
    occurred_at: datetime | None = None,
) -> None:
    """Store one analytics event in the caller's transaction, delivered by the actor `track`.

    `properties` are JSON values. Delivery happens at least once; `insert_id` is the same each
    time, and is how the receiver recognizes a repeat. Without `occurred_at` the moment of
    delivery counts. Raises TransactionManagementError outside of a transaction.
    """
    kwargs = {
        "event": event,
        "properties": dict(properties),
        "insert_id": insert_id,
        "user_id": user_id,
        "time": clock.to_epoch(occurred_at),
    }
    enqueue("track", kwargs=kwargs, key=insert_id[:200], pending="keep")
