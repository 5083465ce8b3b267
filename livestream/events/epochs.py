"""Epochs of the event log: after a restore into another server, its numbers continue above the old ones."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Max

from livestream.models import EventEpoch, EventRecord

FIRST = "0"


def current_epoch() -> str:
    """Return the name of the current epoch; a cursor of another one is stale."""
    return EventEpoch.objects.order_by("-number").values_list("name", flat=True).first() or FIRST


def is_needed() -> bool:
    """Return whether the log has numbers that this server has not reached: nobody can read these events."""
    return connection.vendor == "postgresql" and _highest() >= _next_number()


def start_epoch(*, now: datetime) -> EventEpoch:
    """Start an epoch: events are numbered above all that are logged, and every cursor so far is refused.

    It waits for transactions that have published an event, and publishing waits for it.
    """
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("LOCK TABLE livestream_eventepoch, livestream_eventrecord IN EXCLUSIVE MODE")
        return EventEpoch.objects.create(name=secrets.token_hex(4), base=_highest() + 1, started_at=now)


def _highest() -> int:
    return EventRecord.objects.aggregate(highest=Max("transaction"))["highest"] or 0


def _next_number() -> int:
    base = EventEpoch.objects.aggregate(base=Max("base"))["base"] or 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
        return base + int(cursor.fetchone()[0])
