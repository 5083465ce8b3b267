"""Processing stored webhooks again, for operators (spec section 9)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from livestream.errors import Conflict, NotFound
from livestream.events.replaying import replay_event
from livestream.models import EventRecord
from livestream.storage.conflicts import retried
from notifications.models import Webhook
from notifications.services import classifying, meanings, processing, viewers

REPLAYED = "published before: its event is replayed"
WAITING = "waits for an earlier one of its stage or streamer"


class WebhookNotFound(NotFound):
    """There is no such webhook."""

    code = "webhook_not_found"
    title = "No such webhook"


class WebhookFailedAgain(Conflict):
    """A receiver failed on it, as the last time."""

    code = "webhook_failed_again"
    title = "The webhook failed again"


def replay_webhook(*, webhook_id: int, now: datetime) -> str:
    """Process a stored webhook again, and return what became of it.

    If it was published, it is not published twice: the receivers of its event run again. If it is about a
    viewer, who is not in the event log, it is tracked again, and pushed again while it is recent. If it was
    ignored, it is interpreted again, since this release may know more. If it failed, it is retried now.
    Raises WebhookNotFound, WebhookFailedAgain and what `replay_event` does.
    """
    webhook = Webhook.objects.filter(pk=webhook_id).first()
    if webhook is None:
        raise WebhookNotFound("There is no webhook {webhook_id}.", given={"webhook_id": webhook_id})
    if webhook.result == Webhook.Result.PUBLISHED:
        _replay_published(webhook, now)
        return REPLAYED
    unpublished = Webhook.objects.filter(pk=webhook_id).exclude(result=Webhook.Result.PUBLISHED)
    unpublished.update(processed_at=None, result="", retry_at=None)
    classifying.classify_waiting(now=now)  # it may be of an earlier release, and have no subject
    processing.process(webhook_id=webhook_id, now=now)
    return _outcome(webhook)


def _replay_published(webhook: Webhook, now: datetime) -> None:
    # Earlier releases appended the presence of viewers to the log as well.
    if webhook.is_stage or EventRecord.objects.filter(event_id=webhook.event_id).exists():
        replay_event(event_id=webhook.event_id)
    else:
        _handle_again(webhook, now)


@retried
def _handle_again(webhook: Webhook, now: datetime) -> None:
    event = meanings.event_of(webhook)
    fresh = webhook.received_at > now - timedelta(seconds=settings.REPLAY_NEWS_MAX_AGE)
    with transaction.atomic():
        viewers.handle(events=[event] if event else [], now=now, news=fresh)


def _outcome(webhook: Webhook) -> str:
    attempts = webhook.attempts
    webhook.refresh_from_db()
    if webhook.processed_at is not None:
        return str(webhook.result)
    if webhook.attempts > attempts:
        raise WebhookFailedAgain("{error}", given={"error": webhook.error.strip().rpartition("\n")[2]})
    return WAITING
