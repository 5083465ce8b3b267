"""Retention: purging sent pushes, processed webhooks and old audiences after RETENTION_DAYS."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TypeVar

from django.conf import settings
from django.db.models import Exists, Model, OuterRef, QuerySet

from notifications.models import Admission, Audience, Push, Webhook

CHUNK_SIZE = 1_000

Row = TypeVar("Row", bound=Model)


def purge_pushes(*, now: datetime, size: int = CHUNK_SIZE) -> int:
    """Delete up to `size` pushes that were sent RETENTION_DAYS ago or earlier, and return how many.

    A push that waits or failed is kept, however old it is, because a person has yet to look at it.
    """
    old = Push.objects.filter(sent_at__lte=_before(now), failed_at=None)
    return _delete(old.order_by("sent_at"), size) if settings.RETENTION_DAYS else 0


def purge_webhooks(*, now: datetime, size: int = CHUNK_SIZE) -> int:
    """Delete up to `size` processed webhooks received RETENTION_DAYS ago or earlier, and return how many."""
    old = Webhook.objects.filter(received_at__lte=_before(now), processed_at__isnull=False)
    return _delete(old.order_by("received_at"), size) if settings.RETENTION_DAYS else 0


def purge_audiences(*, now: datetime, size: int = CHUNK_SIZE) -> int:
    """Delete viewers of audiences created RETENTION_DAYS ago or earlier, then audiences without viewers.

    Returns how many rows, `size` at most. No show lasts that long, so it does not matter who was notified. Empty
    audiences are deleted in the same call, even if others still have viewers.
    """
    if not settings.RETENTION_DAYS:
        return 0
    old = Audience.objects.filter(created_at__lte=_before(now))
    viewers = _delete(Admission.objects.filter(audience__in=old).order_by("pk"), size)
    empty = old.exclude(Exists(Admission.objects.filter(audience=OuterRef("pk"))))
    return viewers + (_delete(empty.order_by("pk"), size - viewers) if viewers < size else 0)


def _before(now: datetime) -> datetime:
    return now - timedelta(days=settings.RETENTION_DAYS)


def _delete(old: QuerySet[Row], size: int) -> int:
    # Filtered again on delete: a webhook that has just been requeued is kept.
    keys = list(old.values_list("pk", flat=True)[:size])
    deleted, _ = old.order_by().filter(pk__in=keys).delete()
    return deleted
