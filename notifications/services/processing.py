"""Processing webhooks about stages and streamers: by subject, in the order of their own time (spec section 5).

Payouts depend on these, so they have their own queue and never wait for those about audiences.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

import structlog
from django.conf import settings
from django.db import OperationalError, transaction
from django.db.models import F

from livestream import clock
from livestream.events import publish
from livestream.events.signals import DomainSignal
from livestream.outbox import Delivery, Urgency, enqueue, external, failures
from livestream.storage.conflicts import retried
from notifications import metrics, selectors
from notifications.models import Webhook
from notifications.services import classifying, meanings, viewers

log = structlog.get_logger(__name__)

# If a webhook is about more subjects than this, the sweep finds the others.
_REQUESTED_AT_ONCE = 100

# Set while a webhook is processed: decisions that it causes must not process the webhooks after it.
_at_work: ContextVar[bool] = ContextVar("at_work", default=False)


def request(*, subjects: Collection[str]) -> None:
    """Enqueue the processing of these subjects' webhooks, one message each, in the caller's transaction."""
    for subject_id in sorted(subjects)[:_REQUESTED_AT_ONCE]:  # sorted, so that two callers do not deadlock
        enqueue(process_stage, Delivery(key=subject_id, subject=subject_id), subject_id=subject_id)


# Not `durable`: each webhook has a transaction of its own, so that one that fails takes no
# other with it, and no lock outlives its webhook. It calls no network.
@external(urgency=Urgency.MONEY)
def process_stage(*, subject_id: str) -> None:
    """Process the due webhooks of one stage or streamer for a few seconds; the sweep enqueues it again."""
    until = time.monotonic() + settings.OUTBOX_LEASE
    while process_next(subject_id=subject_id, now=clock.now()) and time.monotonic() < until:
        pass


@external(urgency=Urgency.MONEY)
def process_webhooks() -> None:
    """Process the due webhooks of all stages; only messages of the previous release call it."""
    now = clock.now()
    classifying.classify_waiting(now=now)
    with transaction.atomic():
        request(subjects=[subject_id for subject_id, _ in selectors.subjects_due(now=now, limit=_REQUESTED_AT_ONCE)])


def process_next(*, subject_id: str, now: datetime) -> bool:
    """Process the first due webhook of a stage or streamer; return False if there is none.

    It waits for another worker that is processing it. A webhook that fails stores its error, is retried
    later and delays no other.
    """
    first = selectors.due_of_subject(subject_id=subject_id, now=now).values_list("pk", flat=True).first()
    if first is None:
        return False
    _process(first, now, wait=True)
    return True


def process(*, webhook_id: int, now: datetime) -> bool:
    """Publish the event of a webhook, once; False where it is not its turn.

    The event and the mark that it was published commit together (seed 002). What is about a viewer is
    not appended to the log, see `viewers`.
    """
    return _process(webhook_id, now, wait=False)


def work_off(*, subjects: Collection[str], now: datetime) -> None:
    """Process all waiting webhooks about these stages and streamers, in the order of their own time.

    A decision calls it before it locks anything, because webhooks come first in the lock order. It runs
    in the caller's transaction, or in its own, waits for another worker that is processing one of them,
    and also processes failed ones. One that fails again is left to its retry. Raises OperationalError
    if the database aborts a deadlock: the caller retries the whole decision.
    """
    if _at_work.get():
        return
    while classifying.classify_waiting(now=now) == classifying.PAGE:
        pass
    if selectors.waiting_on_stages(subjects=subjects).exists():
        _work_off(subjects, now)


@retried
def _work_off(subjects: Collection[str], now: datetime) -> None:
    with transaction.atomic():
        for webhook in selectors.waiting_on_stages(subjects=subjects).select_for_update(of=("self",)):
            try:
                with transaction.atomic():
                    _finish(webhook, now)
            except OperationalError:  # without this webhook the decision might be wrong
                raise
            except Exception:  # noqa: BLE001 - whatever a receiver raises belongs on the webhook
                _keep_failure(webhook.pk, traceback.format_exc(), now)


def _process(webhook_id: int, now: datetime, *, wait: bool) -> bool:
    try:
        return _in_turn(webhook_id, now, wait)
    except Exception:  # noqa: BLE001 - whatever a receiver raises belongs on the webhook
        _keep_failure(webhook_id, traceback.format_exc(), now)
    return True


@retried
def _in_turn(webhook_id: int, now: datetime, wait: bool) -> bool:
    with transaction.atomic():
        webhook = _lock(webhook_id) if wait else selectors.take_turn(webhook_id=webhook_id, now=now)
        if webhook is None:
            return False
        _finish(webhook, now)
        return True


def _lock(webhook_id: int) -> Webhook | None:
    waiting = Webhook.objects.filter(pk=webhook_id, processed_at=None)
    return waiting.select_for_update(of=("self",)).first()


def _finish(webhook: Webhook, now: datetime) -> None:
    with _working():
        webhook.result = _publish(webhook, now)
    webhook.processed_at, webhook.error = now, ""
    webhook.save(update_fields=["result", "processed_at", "error"])
    result = webhook.result
    transaction.on_commit(lambda: metrics.WEBHOOKS.labels(result).inc(), robust=True)


@contextmanager
def _working() -> Iterator[None]:
    token = _at_work.set(True)
    try:
        yield
    finally:
        _at_work.reset(token)


def _publish(webhook: Webhook, now: datetime) -> str:
    event = meanings.event_of(webhook)
    if event is None:
        return Webhook.Result.IGNORED
    if not webhook.is_stage and viewers.without_other_receivers(events=[event]):
        viewers.handle(events=[event], now=now)
        return Webhook.Result.PUBLISHED
    publish(DomainSignal.of(event), event)
    return Webhook.Result.PUBLISHED


def _keep_failure(webhook_id: int, error: str, now: datetime) -> None:
    attempts = Webhook.objects.values_list("attempts", flat=True).get(pk=webhook_id) + 1
    Webhook.objects.filter(pk=webhook_id, processed_at=None).update(
        attempts=F("attempts") + 1,
        error=failures.storable_error(error=error),
        retry_at=now + failures.backoff(attempts=attempts),
    )
    metrics.WEBHOOKS.labels("failed").inc()
    log.error("webhook_failure", webhook_id=webhook_id, attempts=attempts, error=error)
