"""PostgreSQL's clock as the clock of this process: read about once a second, and carried forward between.

A reading costs as much as any small query, and the time is asked for several times in each request
and task. Between two readings a steady clock of the machine, which nobody sets, carries the time
forward. docs/decisions/0017-one-clock.md has the figures.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

import structlog
from django.conf import settings
from django.db import Error, connections
from prometheus_client import Gauge
from psycopg.pq import TransactionStatus

from livestream import clock
from livestream.errors import TryLater
from livestream.storage.carried_time import Estimate, Reading, first_estimate

log = structlog.get_logger(__name__)

_SECOND = 1_000_000_000
_READ_EVERY = 1 * _SECOND
# A thread without a connection leaves readings to the others for this long, before it opens one.
_CONNECT_AFTER = 10 * _SECOND
# Readings may fail for this long, then `now` raises; the estimate is at most 60 ms behind by then.
_KEPT_FOR = 60 * _SECOND
_LOG_EVERY = 60 * _SECOND

_DATABASE = "default"
_SQL = "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint"

# All processes of a machine have the same clock, so one value is enough. If each process had its own, the value of
# a process that has ended would remain.
SKEW = Gauge(
    "livestream_clock_skew_seconds",
    "By how much the clock of this machine is ahead of the database's.",
    multiprocess_mode="mostrecent",
)


class ClockSkewed(TryLater):
    """The clock of the machine that answers is too far off. Nothing was changed."""

    code = "clock_skewed"
    title = "This server cannot work at the moment; try again"


# It is never set, and goes on while the machine is suspended.
steady_ns: Callable[[], int] = (
    partial(time.clock_gettime_ns, time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic_ns
)
# The machine's own clock is compared with the database's, and used for nothing else.
machine_ns: Callable[[], int] = time.time_ns


@dataclass(frozen=True, slots=True)
class _Known:
    """The result of the last reading; times and the skew are nanoseconds, `read_again` is on the steady clock."""

    estimate: Estimate
    read_again: int
    skew: int
    refused: bool


class DatabaseClock:
    """The clock of the default database, read by the connection of the thread that asks when a reading is due.

    Before the first reading, and when none has succeeded for a minute, `now` raises the database's
    error. Beyond CLOCK_SKEW_LIMIT it raises ClockSkewed.
    """

    def __init__(self) -> None:
        self._known: _Known | None = None
        self._logged = -_LOG_EVERY
        self.renew_locks()

    def renew_locks(self) -> None:
        """Replace the locks, which another thread may have held when this process was forked."""
        self._reading, self._writing = threading.Lock(), threading.Lock()

    def now(self) -> datetime:
        """Return the database's time, or slightly less."""
        # In this order: the estimate must not be newer than the moment it is used for.
        known, steady = self._known, steady_ns()
        if known is None or steady >= known.read_again or known.refused:
            known = self._refreshed(known, steady)
            steady = steady_ns()
        # A microsecond less, since a float may be rounded up; integers would take twice as long.
        return datetime.fromtimestamp((known.estimate.at(steady) - 1_000) / _SECOND, UTC)

    def skew(self) -> float:
        """Return by how many seconds this machine's clock was ahead of the database's at the last reading."""
        return self._known.skew / _SECOND if self._known else 0.0

    def _refreshed(self, known: _Known | None, steady: int) -> _Known:
        age = steady - known.estimate.steady if known else 0
        if known is None or age >= _KEPT_FOR:
            known = self._read()
        elif steady >= known.read_again and _may_read(connect=known.refused or age >= _CONNECT_AFTER):
            known = self._read_unless_another_does(known)
        if known.refused:
            raise ClockSkewed(retry_after=1)
        return known

    def _read_unless_another_does(self, known: _Known) -> _Known:
        if not self._reading.acquire(blocking=False):
            return known
        try:
            return self._read()
        except Error:
            if connections[_DATABASE].in_atomic_block:
                raise  # the failure has aborted the transaction, and every further query would fail
            return self._put_off()
        finally:
            self._reading.release()

    def _put_off(self) -> _Known:
        with self._writing:
            assert self._known is not None  # noqa: S101 - once known, it stays so
            self._known = replace(self._known, read_again=steady_ns() + _READ_EVERY)
            return self._known

    def _read(self) -> _Known:
        reading, machine = _read_database()
        skew, limit = _least_skew(reading, machine), settings.CLOCK_SKEW_LIMIT
        with self._writing:
            before = self._known
            estimate = before.estimate.corrected(reading) if before else first_estimate(reading)
            refused = 0 < limit * _SECOND < abs(skew)
            known = self._known = _Known(estimate, reading.received + _READ_EVERY, skew, refused)
        SKEW.set(skew / _SECOND)
        if refused:
            self._log(skew / _SECOND, reading.received)
        return known

    def _log(self, skew: float, steady: int) -> None:
        if steady - self._logged >= _LOG_EVERY:
            self._logged = steady
            log.error("clock_skewed", seconds_ahead=skew, limit=settings.CLOCK_SKEW_LIMIT)


def install() -> None:
    """Make the database's clock that of this process, if the database is PostgreSQL."""
    if connections[_DATABASE].vendor != "postgresql":
        return
    source = DatabaseClock()
    clock.follow(source)
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=source.renew_locks)


def _may_read(*, connect: bool) -> bool:
    """Return whether a query on this thread's connection has no effect on the code that uses it.

    `connect`: whether a thread that has no connection opens one.
    """
    connection = connections[_DATABASE]
    if connection.connection is None:
        return connect
    if connection.needs_rollback:
        return False
    status = connection.connection.info.transaction_status
    # A reading must not begin a transaction: that code may have to set the isolation level first.
    return status == (TransactionStatus.IDLE if connection.autocommit else TransactionStatus.INTRANS)


def _read_database() -> tuple[Reading, int]:
    """Return a reading, and this machine's clock when the answer arrived."""
    connection: Any = connections[_DATABASE]
    connection.ensure_connection()
    # psycopg's cursor and not Django's, so that it appears in no query log and no query count.
    with connection.wrap_database_errors, connection.connection.cursor() as cursor:
        sent = steady_ns()
        cursor.execute(_SQL)
        (microseconds,) = cursor.fetchone()
        received, machine = steady_ns(), machine_ns()
    return Reading(sent, received, microseconds * 1_000), machine


def _least_skew(reading: Reading, machine: int) -> int:
    """Return the skew nearest to zero that explains the reading: a slow answer proves no skew."""
    at_least, at_most = machine - reading.latest, machine - reading.said
    return max(at_least, 0) or min(at_most, 0)
