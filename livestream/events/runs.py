"""Keeping which receivers ran: what a story tells of them, and what replays add to."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from livestream.models import ReceiverRun

_PURGED_AT_ONCE = 1000


def record(*, position: int, receiver: str, attempts: int, now: datetime) -> None:
    """Note that a receiver ran on the event at `position`, in the transaction of what it did."""
    ReceiverRun.objects.create(position=position, receiver=receiver, attempts=attempts, finished_at=now)


def purge(*, now: datetime) -> int:
    """Delete up to 1,000 of the oldest runs, if they are older than RETENTION_DAYS, and return how many.

    Ids grow with time, so the oldest lie together and no index over time is needed.
    """
    if not settings.RETENTION_DAYS:
        return 0
    kept = timedelta(days=settings.RETENTION_DAYS)
    oldest = ReceiverRun.objects.order_by("id").values_list("id", "finished_at")[:_PURGED_AT_ONCE]
    old = [run_id for run_id, finished_at in oldest if finished_at <= now - kept]
    deleted, _ = ReceiverRun.objects.filter(pk__in=old).delete()
    return deleted
