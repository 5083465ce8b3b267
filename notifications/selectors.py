"""What notifications know: what waits, and who may hear what."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from notifications.models import Push, Webhook


def waiting_pushes() -> QuerySet[Push]:
    """Return the pushes to send, in order: what is happening now, then the bulk."""
    return Push.objects.filter(sent_at=None, failed_at=None).order_by("bulk", "id")


def due_webhooks(*, now: datetime) -> QuerySet[Webhook]:
    """Return the webhooks to process, in the order of their own time."""
    ready = Q(retry_at=None) | Q(retry_at__lte=now)
    return Webhook.objects.filter(ready, processed_at=None).order_by("time_ms", "id")


def next_of_its_channel(*, webhook_id: int, now: datetime) -> Webhook | None:
    """Lock and return a due webhook, unless somebody has it or is busy with an earlier one.

    An earlier one of the same channel that failed before does not hold its channel up.
    """
    before = Q(time_ms__lt=OuterRef("time_ms")) | Q(time_ms=OuterRef("time_ms"), id__lt=OuterRef("id"))
    earlier = Webhook.objects.filter(before, channel=OuterRef("channel"), processed_at=None, attempts=0)
    candidates = due_webhooks(now=now).filter(~Exists(earlier), pk=webhook_id)
    return candidates.select_for_update(of=("self",), skip_locked=True).first()
