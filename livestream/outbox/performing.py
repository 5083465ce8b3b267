"""Running a message: consume its row, do its work, keep its failure."""

from __future__ import annotations

import traceback
from contextvars import ContextVar
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Q

from livestream import clock, context
from livestream.models import OutboxMessage
from livestream.outbox import arguments, failing, measuring
from livestream.outbox.registry import Task, find_task

log = structlog.get_logger(__name__)

_attempt: ContextVar[int] = ContextVar("attempt", default=1)


def perform(*, message_id: str) -> None:
    """Run the message, once: a repeated, early or concurrent delivery finds nothing to do.

    Never raises; what fails is kept on the row, with its traceback, and tried again later.
    """
    name = OutboxMessage.objects.filter(pk=message_id).values_list("actor", flat=True).first()
    task = find_task(name) if name else None
    if task is None:
        return
    try:
        message = _run_with_row(task, message_id) if task.transactional else _run_then_row(task, message_id)
        if message is not None:
            measuring.LATENESS.observe(max((clock.now() - message.eta).total_seconds(), 0))
    except Exception:  # noqa: BLE001 - whatever the work raises belongs on its row
        _keep_failure(message_id, traceback.format_exc(), clock.now())


def attempt() -> int:
    """Return how often the running message was tried, this time included."""
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
    if not done:  # somebody asked again meanwhile, and may have seen only a part of it done
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
        message.error = failing.storable(error=error)
        message.running_until = None
        if message.attempts >= settings.OUTBOX_MAX_ATTEMPTS:
            # A dead row gives its key free, so that the same work can be asked for anew.
            message.failed_at, message.key = now, None
        else:
            message.due_at = now + failing.backoff(attempts=message.attempts)
        message.save()
    measuring.FAILURES.labels(message.actor).inc()
    log.error("outbox_failure", actor=message.actor, attempts=message.attempts, error=error)
