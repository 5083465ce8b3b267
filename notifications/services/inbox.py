"""Accepting webhooks: checked and stored first, processed later (spec section 5)."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from livestream.errors import DomainError
from livestream.outbox import Delivery, enqueue
from notifications import metrics, webhook_protocol
from notifications.errors import InvalidSignature
from notifications.models import Webhook
from notifications.services import processing
from notifications.webhook_protocol import WebhookBody

KEY = "inbox"


def accept(*, body: bytes, key: str, signature: str, now: datetime) -> None:
    """Check a webhook and store its events, each once however often it is sent.

    Raises InvalidSignature, UnreadableBody, MalformedWebhook, WebhookTooOld, WebhookFromFuture;
    then nothing is stored.
    """
    try:
        said = _read(body, key, signature, now)
    except DomainError:
        metrics.WEBHOOKS.labels("refused").inc()
        raise
    if said.events:
        _store(said, hashlib.sha256(body).hexdigest(), key, now)


def _read(body: bytes, key: str, signature: str, now: datetime) -> WebhookBody:
    pairs = settings.PUSHER_WEBHOOK_KEYS
    if not webhook_protocol.is_signed(body=body, key=key, signature=signature, pairs=pairs):
        raise InvalidSignature
    said = webhook_protocol.read(body)
    max_age = timedelta(seconds=settings.PUSHER_WEBHOOK_MAX_AGE)
    webhook_protocol.check_age(time_ms=said.time_ms, now=now, max_age=max_age)
    return said


def _store(said: WebhookBody, body_hash: str, key: str, now: datetime) -> None:
    rows = [
        Webhook(
            body_hash=body_hash,
            index=index,
            time_ms=said.time_ms,
            name=event.name,
            channel=event.channel,
            user_id=event.user_id,
            key=key,
            raw=event.raw,
            received_at=now,
        )
        for index, event in enumerate(said.events)
    ]
    with transaction.atomic():
        Webhook.objects.bulk_create(rows, ignore_conflicts=True)
        enqueue(processing.process_webhooks, Delivery(key=KEY))
    metrics.WEBHOOKS.labels("stored").inc(len(rows))
