"""Processing webhooks: in the order of their own time, each in a transaction of its own."""

from __future__ import annotations

import time
import traceback
from datetime import datetime

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F

from livestream import clock, ids
from livestream.events import publish
from livestream.events.contracts import (
    CHANNEL_OCCUPIED,
    CHANNEL_VACATED,
    ChannelOccupied,
    ChannelVacated,
)
from livestream.events.signals import DomainSignal
from livestream.outbox import external, performing
from notifications import channels, metrics, selectors, webhook_protocol
from notifications.channels import Channel
from notifications.models import Webhook

log = structlog.get_logger(__name__)

PAGE = 100

Meaning = tuple[DomainSignal, type[ChannelOccupied] | type[ChannelVacated]]

_OCCUPIED: Meaning = (CHANNEL_OCCUPIED, ChannelOccupied)
_VACATED: Meaning = (CHANNEL_VACATED, ChannelVacated)
_OF_MEMBERS = {"member_added": _OCCUPIED, "member_removed": _VACATED}
_OF_CHANNELS = {"channel_occupied": _OCCUPIED, "channel_vacated": _VACATED}


# Not `durable`: each webhook has a transaction of its own, so that one that fails takes no
# other with it, and no lock outlives its webhook. It calls no network.
@external(queue="default")
def process_webhooks() -> None:
    """Process the inbox, for as long as the lease of the message allows; the sweep enqueues it again."""
    until = time.monotonic() + settings.OUTBOX_LEASE
    while process_page(now=clock.now()) and time.monotonic() < until:
        pass


def process_page(*, now: datetime, size: int = PAGE) -> int:
    """Process the next `size` due webhooks and return how many were taken up.

    One that fails keeps its error, is retried later and delays no other.
    """
    found = selectors.due_webhooks(now=now).values_list("pk", flat=True)[:size]
    return sum(process(webhook_id=webhook_id, now=now) for webhook_id in list(found))


def process(*, webhook_id: int, now: datetime) -> bool:
    """Publish the event of a webhook, once; False where it is not its turn.

    The event and the mark that it was published commit together (seed 002).
    """
    try:
        with transaction.atomic():
            webhook = selectors.next_of_its_channel(webhook_id=webhook_id, now=now)
            if webhook is None:
                return False
            webhook.result = _publish(webhook)
            webhook.processed_at, webhook.error = now, ""
            webhook.save(update_fields=["result", "processed_at", "error"])
        metrics.WEBHOOKS.labels(webhook.result).inc()
    except Exception:  # noqa: BLE001 - whatever a receiver raises belongs on the webhook
        _keep_failure(webhook_id, traceback.format_exc(), now)
    return True


def _publish(webhook: Webhook) -> str:
    channel = channels.parse(webhook.channel)
    meaning = _meaning(webhook, channel)
    if channel is None or meaning is None:
        return Webhook.Result.IGNORED
    signal, payload = meaning
    event = payload(
        event_id=webhook.event_id,
        channel=channel.name,
        user_id=webhook.user_id if channel.is_presence else None,  # only there Pusher knows who
        time=webhook_protocol.time_of(time_ms=webhook.time_ms, received_at=webhook.received_at),
        room=channel.room,
        subject_id=channel.subject_id,
        source=str(webhook.pk),
    )
    publish(signal, event)
    return Webhook.Result.PUBLISHED


def _meaning(webhook: Webhook, channel: Channel | None) -> Meaning | None:
    """Return what a webhook stands for.

    When the last member of a presence channel leaves, Pusher sends `member_removed` and
    `channel_vacated`: only the former says who it was, so only that one counts.
    """
    if channel is None:
        return None
    if channel.is_presence:
        return _OF_MEMBERS.get(webhook.name) if ids.is_valid(webhook.user_id) else None
    return _OF_CHANNELS.get(webhook.name)


def _keep_failure(webhook_id: int, error: str, now: datetime) -> None:
    attempts = Webhook.objects.values_list("attempts", flat=True).get(pk=webhook_id) + 1
    Webhook.objects.filter(pk=webhook_id, processed_at=None).update(
        attempts=F("attempts") + 1,
        error=performing.storable_error(error=error),
        retry_at=now + performing.backoff(attempts=attempts),
    )
    metrics.WEBHOOKS.labels("failed").inc()
    log.error("webhook_failure", webhook_id=webhook_id, attempts=attempts, error=error)
