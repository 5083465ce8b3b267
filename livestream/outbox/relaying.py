"""The relay: wakes workers for due work, and calls the sweeps.

It repeats a wake-up until the work is claimed. This covers lost messages, workers that died, and retries.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from django.conf import settings
from django.db import close_old_connections, connection
from django.db.models import F
from django.db.models.functions import Greatest

from livestream import clock
from livestream.models import OutboxMessage
from livestream.outbox import claiming, sql, sweeping, wakeups, working
from livestream.outbox.registry import task_for, task_names
from livestream.outbox.urgency import Urgency

log = structlog.get_logger(__name__)

# How many workers of a class are woken at once, at most.
_MAX_WAKE_UPS = 2
_COUNT_LIMIT = working.BATCH * _MAX_WAKE_UPS
# Seconds. While a class has due work, the wake-up is repeated after the first pause. While the same message stays
# the most overdue one, each pause is twice as long, up to the usual one: workers may be busy.
_FIRST_PAUSE, _USUAL_PAUSE = 0.5, 2.0
# If workers are missing, wake-ups must not pile up in the broker, so the pause grows further: to this part of the time
# that has passed since the first wake-up, and to the longest one.
_PART, _LONGEST_PAUSE = 1 / 30, 60.0
_PAUSE_SECONDS = 1.0  # after a failure


@dataclass(frozen=True, slots=True)
class Backlog:
    """The due messages of a class: id and moment of the most overdue one, and their number (up to a limit)."""

    urgency: Urgency
    first: str
    due_at: datetime
    number: int


@dataclass(slots=True)
class _Woken:
    """The last wake-up of a class.

    `first`: the most overdue message then. `looked_at`: the database's time. `first_at`, `last_at`: when a wake-up
    was first and last requested for this message (seconds, monotonic). `pause`: the seconds until the next one.
    """

    first: str
    looked_at: datetime
    first_at: float
    last_at: float
    pause: float


class Relay:
    """Wakes workers; remembers the first message of each class, to repeat a wake-up only at intervals."""

    def __init__(self) -> None:
        self._woken_for: dict[Urgency, _Woken] = {}

    def once(self, *, now: datetime) -> int:
        """Read the backlog once, wake workers, and return how many due messages they were woken for."""
        waiting = backlog(now=now)
        self._forget_all_but({each.urgency for each in waiting})
        found = [each for each in waiting if self._is_time(each, now)]
        for each in found:
            # Not the most overdue message's own task, which workers of the previous release may lack.
            wakeups.request(task=task_for(each.urgency), count=math.ceil(each.number / working.BATCH))
        return sum(each.number for each in found)

    def _is_time(self, waiting: Backlog, now: datetime) -> bool:
        moment, woken = time.monotonic(), self._woken_for.get(waiting.urgency)
        if woken is None or woken.first != waiting.first:
            # A message that was due at the last wake-up is left to the workers that it woke. One that became due
            # since needs another wake-up: those workers may be idle again.
            if woken is not None and waiting.due_at <= woken.looked_at and moment < woken.last_at + _FIRST_PAUSE:
                return False
            self._woken_for[waiting.urgency] = _Woken(waiting.first, now, moment, moment, _FIRST_PAUSE)
            return True
        if moment < woken.last_at + woken.pause:
            return False
        longest = min(max(_USUAL_PAUSE, (moment - woken.first_at) * _PART), _LONGEST_PAUSE)
        woken.looked_at, woken.last_at, woken.pause = now, moment, min(2 * woken.pause, longest)
        return True

    def _forget_all_but(self, classes: set[Urgency]) -> None:
        """Forget classes without due work: their next message is worth a wake-up at once."""
        self._woken_for = {urgency: woken for urgency, woken in self._woken_for.items() if urgency in classes}


def backlog(*, now: datetime) -> list[Backlog]:
    """Return the due messages of the tasks that this release knows, by class, the most urgent first."""
    find = sql.backlog if connection.vendor == "postgresql" else backlog_by_orm
    found = find(names=task_names(), limit=_COUNT_LIMIT, now=now)
    return [Backlog(Urgency(urgency), first, due_at, number) for urgency, first, due_at, number in found]


def backlog_by_orm(*, names: Sequence[str], limit: int, now: datetime) -> list[sql.BacklogRow]:
    """Return the same as the SQL statement, on any database."""
    due = OutboxMessage.objects.filter(failed_at=None, due_at__lte=now)
    if not due.exists():  # the usual case: one query instead of one for each class
        return []
    found = []
    for urgency in Urgency:
        rows = claiming.due(urgency=urgency, names=names, now=now)
        waiting = list(rows.values_list("id", "due_at")[:limit])
        if waiting:
            found.append((int(urgency), *waiting[0], len(waiting)))
    return found


def release_leases(*, now: datetime) -> int:
    """End all claims and make their messages due; only for a process that knows that no other one runs."""
    held = OutboxMessage.objects.filter(failed_at=None, running_until__isnull=False)
    # An attempt that a power cut ended does not count.
    return held.update(due_at=now, running_until=None, attempts=Greatest(F("attempts") - 1, 0))


def run(stop: threading.Event) -> None:
    """Relay and sweep until `stop` is set; while the database is unavailable, it keeps trying."""
    sweeper = threading.Thread(target=_sweep_until, args=[stop], name="sweeps")
    sweeper.start()
    relay = Relay()
    while not stop.is_set():
        succeeded = _succeeds(lambda: relay.once(now=clock.now()), name="relay")
        stop.wait(settings.RELAY_POLL if succeeded else _PAUSE_SECONDS)
    sweeper.join()
    connection.close()


def _sweep_until(stop: threading.Event) -> None:
    """Call the sweeps when they are due; in a thread of its own, because a sweep may wait for a lock."""
    while not stop.is_set():
        for each in sweeping.due_sweeps(at=time.monotonic()):
            if not _succeeds(each.function, name=each.function.__name__):
                each.next_at += _PAUSE_SECONDS
        stop.wait(settings.RELAY_POLL)
    connection.close()


def _succeeds(step: Callable[[], object], *, name: str) -> bool:
    """Call the step and return whether it succeeded; a failure is logged, and stops neither relay nor sweeps."""
    try:
        step()
    except Exception as error:  # noqa: BLE001 - whatever failed, the next round may succeed
        log.warning("relay_failure", step=name, error=repr(error))
        close_old_connections()
        return False
    return True
