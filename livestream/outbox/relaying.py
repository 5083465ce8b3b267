"""The relay: sends due messages, and those that were sent and never finished."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import close_old_connections, transaction
from django.db.models import F, QuerySet

from livestream import clock
from livestream.models import OutboxMessage
from livestream.outbox import sending, sweeping
from livestream.outbox.registry import task_names

log = structlog.get_logger(__name__)

_AT_ONCE = 500
_LONGEST_LEASE = 32  # times OUTBOX_LEASE
_PAUSE_SECONDS = 1.0  # after a failure


def due(*, now: datetime) -> QuerySet[OutboxMessage]:
    """Return the messages to send, oldest first.

    Messages of actors that this release does not know wait for one that does. `eta` is also
    checked: a message sent early is a no-op, and its lease delays the real run.
    """
    rows = OutboxMessage.objects.filter(failed_at=None, due_at__lte=now, eta__lte=now)
    return rows.filter(actor__in=task_names()).order_by("due_at")


def relay_once(*, now: datetime, limit: int = _AT_ONCE) -> int:
    """Lease up to `limit` due messages, send them, and return how many were sent."""
    if not due(now=now).exists():  # checked first, so that an idle relay takes no write lock
        return 0
    leased = _lease(now, limit)
    sent = sending.send(leased, insist=True)
    unsent = [message_id for message_id, _ in leased[sent:]]
    if unsent:
        _take_back(unsent, now)
    return sent


def _take_back(message_ids: list[str], now: datetime) -> None:
    """Make unsent messages due again in a second; a failed send does not prolong the next lease."""
    soon = now + timedelta(seconds=1)
    OutboxMessage.objects.filter(pk__in=message_ids).update(due_at=soon, sends=F("sends") - 1)


def _lease(now: datetime, limit: int) -> list[tuple[str, str]]:
    """Lease due rows; each further send has a longer lease, so that a slow worker gets fewer repeats."""
    with transaction.atomic():
        rows = due(now=now).select_for_update(skip_locked=True)[:limit]
        found = list(rows.values_list("id", "actor", "sends"))
        for sends in {row[2] for row in found}:
            factor = min(2**sends, _LONGEST_LEASE)
            alike = [row[0] for row in found if row[2] == sends]
            OutboxMessage.objects.filter(pk__in=alike).update(
                due_at=now + timedelta(seconds=settings.OUTBOX_LEASE * factor),
                sends=F("sends") + 1,
            )
    return [(message_id, actor) for message_id, actor, _ in found]


def release_leases(*, now: datetime) -> int:
    """Make all leased messages due; for a process that knows that no other one is running."""
    held = OutboxMessage.objects.filter(failed_at=None, eta__lte=now, due_at__gt=now)
    return held.update(due_at=now, running_until=None)


def run(stop: threading.Event) -> None:
    """Relay until `stop` is set; while the database is unavailable, it keeps trying."""
    while not stop.is_set():
        for each in sweeping.due_sweeps(at=time.monotonic()):
            if _outlive(each.function) is None:
                each.next_at += _PAUSE_SECONDS
        relayed = _outlive(_relay_now)
        if relayed is None:
            stop.wait(_PAUSE_SECONDS)
        elif relayed < _AT_ONCE:
            stop.wait(settings.RELAY_POLL)


def _relay_now() -> int:
    return relay_once(now=clock.now())


def _outlive(step: Callable[[], int | None]) -> int | None:
    """Return what the step returns, at least 0, and None where it failed.

    A relay outlives every outage, and a sweep that fails keeps neither the others nor the
    relay from their work.
    """
    try:
        return step() or 0
    except Exception as error:  # noqa: BLE001 - whatever fails, the next round may not
        log.warning("relay_failure", step=step.__name__, error=repr(error))
        close_old_connections()
        return None
