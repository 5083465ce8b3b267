"""Analytics: what happened, for people who count (spec section 4, `track`)."""

from __future__ import annotations

import json
import time as system_time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from livestream import clock, ids
from livestream.analytics import sinks
from livestream.models import TrackedEvent
from livestream.outbox import Delivery, Urgency, enqueue, external

_LONGEST_INSERT_ID = 200
# Sending a thousand events to a distant server takes long, and other tasks must not wait for that.
_SECONDS_AT_A_TIME = 0.5
PURGED_AT_ONCE = 1000
# The times of two processes differ by less, so that none tracks an event whose id another one has purged.
_SLACK = timedelta(days=1)
# In order, so that two transactions that store the same ids do not deadlock.
_KEEP = """
    INSERT INTO livestream_trackedevent (insert_id, claim, tracked_at)
    SELECT each, %(claim)s, %(now)s FROM jsonb_array_elements_text(%(ids)s::jsonb) AS each ORDER BY each
    ON CONFLICT DO NOTHING RETURNING insert_id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracked:
    """One analytics event; `properties` are JSON values, see `track`."""

    event: str
    properties: Mapping[str, Any]
    insert_id: str
    user_id: str | None = None
    occurred_at: datetime | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the record that is delivered; `time` is None if the time of delivery counts."""
        return {
            "event": self.event,
            "insert_id": self.insert_id,
            "user_id": self.user_id,
            "time": clock.to_epoch(self.occurred_at),
            "properties": dict(self.properties),
        }


def track(
    *,
    event: str,
    properties: Mapping[str, Any],
    insert_id: str,
    user_id: str | None = None,
    occurred_at: datetime | None = None,
) -> None:
    """Store one analytics event in the caller's transaction, delivered by the task `track`.

    An `insert_id` that was tracked before is ignored, so that a replay counts nothing twice. An event that
    is older than RETENTION_DAYS is ignored as well, because the ids of that time are purged. An event is
    delivered at least once, with the same `insert_id` each time, by which the receiver recognizes a repeat.
    `properties` are JSON values. Without `occurred_at` the moment of delivery counts. Raises
    TransactionManagementError outside of a transaction.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError(f"tracking {event} needs an open transaction")
    key = insert_id[:_LONGEST_INSERT_ID]
    if _new_among(_recent([key])):
        enqueue(
            deliver,
            Delivery(key=key, pending="keep"),
            event=event,
            properties=dict(properties),
            insert_id=insert_id,
            user_id=user_id,
            time=clock.to_epoch(occurred_at),
        )


def track_all(*, events: Sequence[Tracked]) -> None:
    """Store many analytics events in the caller's transaction, delivered by one task; see `track`.

    Their `insert_id`s must be different.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("tracking needs an open transaction")
    new = _new_among(_recent([each.insert_id[:_LONGEST_INSERT_ID] for each in events]))
    records = [each.as_json() for each in events if each.insert_id[:_LONGEST_INSERT_ID] in new]
    if records:
        enqueue(deliver_all, records=records)


@external(name="track", urgency=Urgency.ANALYTICS)
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


@external(name="track_all", urgency=Urgency.ANALYTICS)
def deliver_all(*, records: list[dict[str, Any]]) -> None:
    """Deliver analytics events one after the other, for half a second; another task delivers the rest.

    If one fails, those before it are not delivered again.
    """
    until = system_time.monotonic() + _SECONDS_AT_A_TIME
    for delivered, record in enumerate(records):
        if delivered and system_time.monotonic() >= until:
            _leave(records[delivered:])
            break
        try:
            time = record["time"] if record["time"] is not None else clock.to_epoch(clock.now())
            sinks.deliver(record=record | {"time": time})
        except Exception:
            if not delivered:
                raise
            _leave(records[delivered:])
            break


def _leave(records: list[dict[str, Any]]) -> None:
    with transaction.atomic():
        enqueue(deliver_all, records=records)


def purge(*, now: datetime, size: int = PURGED_AT_ONCE) -> int:
    """Purge up to `size` ids of events that are a day older than RETENTION_DAYS, and return how many.

    The ids of events begin with their second, so the oldest are adjacent in the index of the primary key.
    Ids of another form, such as those of business intelligence (`bi-…`), are few and stay.
    """
    if not settings.RETENTION_DAYS:
        return 0
    old = TrackedEvent.objects.filter(pk__lt=_first_recent(now - _SLACK)).order_by("pk")
    keys = [key for key in old.values_list("pk", flat=True)[:size] if ids.is_valid(key)]
    deleted, _ = TrackedEvent.objects.filter(pk__in=keys).delete()
    return deleted


def _recent(insert_ids: Sequence[str]) -> list[str]:
    """Return the ids without those of events that are older than RETENTION_DAYS."""
    if not settings.RETENTION_DAYS:
        return list(insert_ids)
    first = _first_recent(clock.now())
    return [each for each in insert_ids if each >= first or not ids.is_valid(each)]


def _first_recent(now: datetime) -> str:
    return f"{clock.to_epoch(now - timedelta(days=settings.RETENTION_DAYS)):08x}"


def _new_among(insert_ids: Sequence[str]) -> set[str]:
    """Store the ids in the caller's transaction, and return those that were not stored before."""
    claim, now = ids.new_id(), clock.now()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(_KEEP, {"ids": json.dumps(insert_ids), "claim": claim, "now": now})
            return {insert_id for (insert_id,) in cursor.fetchall()}
    known = set(TrackedEvent.objects.filter(pk__in=insert_ids).values_list("pk", flat=True))
    mine = [TrackedEvent(insert_id=each, claim=claim, tracked_at=now) for each in insert_ids if each not in known]
    TrackedEvent.objects.bulk_create(mine, ignore_conflicts=True)
    kept = TrackedEvent.objects.filter(pk__in=[each.pk for each in mine], claim=claim)
    return set(kept.values_list("pk", flat=True))
