"""Accepting webhooks: checked and stored first, processed later (spec section 5)."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from livestream.errors import DomainError
from notifications import metrics, sql, webhook_protocol
from notifications.errors import InvalidSignature
from notifications.models import Webhook
from notifications.services import processing
from notifications.webhook_protocol import WebhookBody


def accept(*, body: bytes, key: str, signature: str, now: datetime) -> None:
    """Check a webhook and store its events, each once however often it is sent.

    Events that are malformed or about other channels are counted and skipped. Raises
    InvalidSignature, UnreadableBody, MalformedWebhook, TooManyEvents, WebhookTooOld,
    WebhookFromFuture; then nothing is stored.
    """
    try:
        said = _read(body, key, signature, now)
    except DomainError:
        metrics.WEBHOOKS.labels("refused").inc()
        raise
    for reason, passed_over in said.passed_over.items():
        metrics.WEBHOOKS.labels(reason).inc(passed_over)
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
            index=event.index,
            time_ms=said.time_ms,
            name=event.name,
            channel=event.channel,
            user_id=event.user_id,
            key=key,
            raw=event.known_members,
            is_stage=event.concern.is_stage,
            subject_id=event.concern.subject_id,
            received_at=now,
        )
        for event in said.events
    ]
    with transaction.atomic():
        sql.store_webhooks(webhooks=rows)
        # Webhooks about audiences need no message: each relay looks for them several times a second.
        processing.request(subjects={row.subject_id for row in rows if row.is_stage})
    metrics.WEBHOOKS.labels("stored").inc(len(rows))
