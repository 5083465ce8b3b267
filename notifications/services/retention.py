"""Forgetting what was sent and what was processed, after RETENTION_DAYS; nothing else, ever."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TypeVar

from django.conf import settings
from django.db.models import Model, QuerySet

from notifications.models import Admission, Audience, Push, Webhook

AT_ONCE = 1_000

Row = TypeVar("Row", bound=Model)


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


def forget_audiences(*, now: datetime, size: int = AT_ONCE) -> int:
    """Delete up to `size` viewers of audiences that are as old, then those audiences, and return how many.

    No show lasts that long, so it does not matter here who was told and who could not be.
    """
    old = Audience.objects.filter(created_at__lte=_before(now))
    if not settings.RETENTION_DAYS:
        return 0
    return _delete(Admission.objects.filter(audience__in=old).order_by("pk"), size) or _delete(old.order_by("pk"), size)


def _before(now: datetime) -> datetime:
    return now - timedelta(days=settings.RETENTION_DAYS)


def _delete(old: QuerySet[Row], size: int) -> int:
    # By key, and asked again: a webhook that somebody has just had processed anew stays.
    keys = list(old.values_list("pk", flat=True)[:size])
    deleted, _ = old.order_by().filter(pk__in=keys).delete()
    return deleted
