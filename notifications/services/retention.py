"""Forgetting what was sent and what was processed, after RETENTION_DAYS; nothing else, ever."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet

from notifications.models import Push, Webhook

AT_ONCE = 1_000


def forget_pushes(*, now: datetime, size: int = AT_ONCE) -> int:
    """Delete up to `size` pushes that were sent RETENTION_DAYS ago or earlier, and return how many.

    One that waits, or was refused, is kept however old it is: somebody has yet to look at it.
    """
    old = Push.objects.filter(sent_at__lte=_before(now), failed_at=None)
    return _delete(old.order_by("sent_at"), size) if settings.RETENTION_DAYS else 0


def forget_webhooks(*, now: datetime, size: int = AT_ONCE) -> int:
    """Delete up to `size` processed webhooks that came RETENTION_DAYS ago or earlier, and return how many."""
    old = Webhook.objects.filter(received_at__lte=_before(now), processed_at__isnull=False)
    return _delete(old.order_by("received_at"), size) if settings.RETENTION_DAYS else 0


def _before(now: datetime) -> datetime:
    return now - timedelta(days=settings.RETENTION_DAYS)


def _delete(old: QuerySet[Push] | QuerySet[Webhook], size: int) -> int:
    # By key, and asked again: a webhook that somebody has just had processed anew stays.
    keys = list(old.values_list("pk", flat=True)[:size])
    deleted, _ = old.order_by().filter(pk__in=keys).delete()
    return deleted
