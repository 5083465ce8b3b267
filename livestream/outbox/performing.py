"""Performing a message: consume its row, run its task, and store a failure with the time of the next attempt."""

from __future__ import annotations

import random
import traceback
from collections.abc import Collection
from contextvars import ContextVar
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from livestream import clock, context
from livestream.models import OutboxMessage
from livestream.outbox import arguments, metrics
from livestream.outbox.registry import Task, find_task, task_names
from livestream.storage import text

log = structlog.get_logger(__name__)
_DRAINED_AT_ONCE = 100
_LONGEST_BACKOFF_SECONDS = 300
_LONGEST_ERROR = 20_000
_attempt: ContextVar[int] = ContextVar("attempt", default=1)


def perform(*, message_id: str) -> None:
    """Run the message once: a repeated, early or concurrent delivery is a no-op.

    It never raises. A failure is stored on the row, with its traceback, and tried again later.
    """
    name = OutboxMessage.objects.filter(pk=message_id).values_list("actor", flat=True).first()
    task = find_task(name) if name else None
    if task is None:
        return
    try:
        message = _run_with_row(task, message_id) if task.transactional else _run_then_row(task, message_id)
        if message is not None:
            metrics.LATENESS.observe(max((clock.now() - message.eta).total_seconds(), 0))
    except Exception:  # noqa: BLE001 - whatever the work raises belongs on its row
        _keep_failure(message_id, traceback.format_exc(), clock.now())


def attempt() -> int:
    """Return how often the running message was tried, this attempt included."""
    return _attempt.get()


def _run_with_row(task: Task, message_id: str) -> OutboxMessage | None:
    with transaction.atomic():
        rows = OutboxMessage.objects.select_for_update(skip_locked=True)
        message = rows.filter(pk=message_id, failed_at=None, eta__lte=clock.now()).first()
        if message is None:
            return None
        message.delete()
        _attempt.set(message.attempts + 1)
        with context.bound(request_id=message.request_id, client_id=message.client_id):
            arguments.call(task, message.kwargs, now=clock.now())
        return message


def _run_then_row(task: Task, message_id: str) -> OutboxMessage | None:
    message = _claim(task, message_id, clock.now())
    if message is None:
        return None
    _attempt.set(message.attempts + 1)
    with context.bound(request_id=message.request_id, client_id=message.client_id):
        arguments.call(task, message.kwargs, now=clock.now())
    done, _ = OutboxMessage.objects.filter(pk=message_id, version=message.version).delete()
    if not done:  # enqueued again meanwhile, by a caller that may have seen only a part of the effects
        OutboxMessage.objects.filter(pk=message_id).update(running_until=None, due_at=clock.now(), attempts=0)
    return message


def _claim(task: Task, message_id: str, now: datetime) -> OutboxMessage | None:
    lease = now + timedelta(seconds=task.lease or settings.OUTBOX_LEASE * 2)
    idle = Q(running_until=None) | Q(running_until__lte=now)
    claimed = OutboxMessage.objects.filter(idle, pk=message_id, failed_at=None, eta__lte=now)
    if not claimed.update(running_until=lease, due_at=lease):
        return None
    return OutboxMessage.objects.filter(pk=message_id).first()


def _keep_failure(message_id: str, error: str, now: datetime) -> None:
    with transaction.atomic():
        message = OutboxMessage.objects.select_for_update().filter(pk=message_id).first()
        if message is None:
            return
        message.attempts += 1
        message.error = storable_error(error=error)
        message.running_until = None
        if message.attempts >= settings.OUTBOX_MAX_ATTEMPTS:
            # A dead row releases its key, so that the same work can be enqueued again.
            message.failed_at, message.key = now, None
        else:
            message.due_at = now + backoff(attempts=message.attempts)
        message.save()
    metrics.FAILURES.labels(message.actor).inc()
    log.error("outbox_failure", actor=message.actor, attempts=message.attempts, error=error)


def drain(*, subjects: Collection[str]) -> int:
    """Drain the due messages of these subjects, without waiting for a worker; returns how many there were.

    Workers may perform the same messages meanwhile: each is performed once. Tasks that call the
    network, and failed messages, are left to the workers.
    """
    tried: set[str] = set()
    while found := list(_due(subjects).exclude(pk__in=tried).values_list("id", flat=True)[:_DRAINED_AT_ONCE]):
        for message_id in found:
            perform(message_id=message_id)
        tried.update(found)
    return len(tried)


def _due(subjects: Collection[str]) -> QuerySet[OutboxMessage]:
    names = [name for name in task_names() if (task := find_task(name)) and task.transactional]
    rows = OutboxMessage.objects.filter(subject__in=subjects, actor__in=names)
    return rows.filter(failed_at=None, attempts=0, eta__lte=clock.now()).order_by("eta", "id")


def backoff(*, attempts: int) -> timedelta:
    """Return the pause after `attempts` failures: 1, 2, 4 … up to 300 seconds, times a random factor of 0.5 to 1."""
    seconds = min(2 ** max(attempts - 1, 0), _LONGEST_BACKOFF_SECONDS)
    return timedelta(seconds=seconds * random.uniform(0.5, 1.0))  # noqa: S311 - only spreads load


def storable_error(*, error: str) -> str:
    """Return the end of a traceback, with the characters escaped that a database refuses."""
    return text.storable(error[-_LONGEST_ERROR:])
