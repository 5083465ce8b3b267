"""Classifying webhooks that a process of an earlier release accepted: which stage or streamer each is about."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from notifications import channels, selectors, webhook_protocol
from notifications.models import Webhook

_UNKNOWN = ("",)
PAGE = 500


def classify_waiting(*, now: datetime) -> int:
    """Set the subject of each waiting webhook that has none; return how many there were.

    Webhooks about other channels are ignored. If there are none, which is usual, it takes one query.
    """
    if not selectors.waiting_on_stages(subjects=_UNKNOWN).exists():
        return 0
    with transaction.atomic():
        found = list(selectors.waiting_on_stages(subjects=_UNKNOWN).select_for_update(of=("self",))[:PAGE])
        for webhook in found:
            _classify(webhook, now)
        Webhook.objects.bulk_update(found, ["is_stage", "subject_id", "processed_at", "result"])
        return len(found)


def _classify(webhook: Webhook, now: datetime) -> None:
    channel = channels.parse(webhook.channel)
    if channel is None or webhook.name not in webhook_protocol.NAMES:
        webhook.processed_at, webhook.result = now, Webhook.Result.IGNORED
        return
    concern = webhook_protocol.concern_of(name=webhook.name, channel=channel, user_id=webhook.user_id)
    webhook.is_stage, webhook.subject_id = concern.is_stage, concern.subject_id
