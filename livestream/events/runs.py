"""Keeping which receivers ran: what a story tells of them, and what replays add to."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from livestream.models import ReceiverRun

PURGED_AT_ONCE = 1000


def record(*, position: int, receiver: str, attempts: int, now: datetime) -> None:
    """Note that a receiver ran on the event at `position`, in the transaction of what it did."""
    ReceiverRun.objects.create(position=position, receiver=receiver, attempts=attempts, finished_at=now)


def kept_since(*, now: datetime) -> datetime | None:
    """Return the moment after which all runs are still kept; None where they are kept for good."""
    return now - timedelta(days=settings.RETENTION_DAYS) if settings.RETENTION_DAYS else None


def purge(*, now: datetime) -> int:
    """Delete up to 1,000 of the oldest runs, if they are older than RETENTION_DAYS, and return how many.

    Ids grow with time, so the oldest lie together and no index over time is needed.
    """
    since = kept_since(now=now)
    if since is None:
        return 0
    oldest = ReceiverRun.objects.order_by("id").values_list("id", "finished_at")[:PURGED_AT_ONCE]
    old = [run_id for run_id, finished_at in oldest if finished_at <= since]
    deleted, _ = ReceiverRun.objects.filter(pk__in=old).delete()
    return deleted
