"""The only module that reads the time, so that there is one clock, and tests can move it.

On PostgreSQL it is the database's clock, whatever the clocks of the machines say (see
`livestream.storage.database_clock`, and docs/decisions/0017-one-clock.md). On SQLite the database
is on this machine, so the machine's clock is the database's.

Only edges call `now()`: views, receivers, commands, sweeps, and the worker that runs a task. Services are
given the moment, except tasks that work off a table for seconds, which read the clock for each page.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Protocol, overload


class Source(Protocol):
    """Where the time comes from."""

    def now(self) -> datetime:
        """Return the current moment, timezone-aware (UTC)."""

    def skew(self) -> float:
        """Return by how many seconds this machine's clock is ahead of the source; negative if it is behind."""


class MachineClock:
    """The clock of this machine."""

    def now(self) -> datetime:
        return datetime.now(tz=UTC)

    def skew(self) -> float:
        return 0.0


class MovableClock:
    """A clock that stands still until it is moved."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def advance(self, *, seconds: float) -> datetime:
        """Move forward by `seconds` and return the new moment."""
        self.at += timedelta(seconds=seconds)
        return self.at

    def move_to(self, at: datetime) -> None:
        """Move to `at`, which may lie in the past."""
        self.at = at


_movable: MovableClock | None = None
_source: Source = MachineClock()


def now() -> datetime:
    """Return the current moment, timezone-aware (UTC).

    On PostgreSQL it raises OperationalError if the database has not been reached for a minute, and
    ClockSkewed if this machine's clock is too far off.
    """
    return _movable.at if _movable is not None else _source.now()


def skew() -> float:
    """Return by how many seconds this machine's clock is ahead of the one clock; negative if it is behind."""
    return _source.skew()


def follow(source: Source) -> Source:
    """Take the time from `source` from now on, and return the previous source."""
    global _source
    before, _source = _source, source
    return before


@contextmanager
def frozen(at: datetime | None = None) -> Iterator[MovableClock]:
    """Replace the clock of the whole process, worker threads included, by a movable one."""
    global _movable
    before, _movable = _movable, MovableClock(at or now())
    try:
        yield _movable
    finally:
        _movable = before


def from_epoch(seconds: float) -> datetime:
    """Return the moment that lies `seconds` after the epoch."""
    return datetime.fromtimestamp(seconds, tz=UTC)


@overload
def to_epoch(at: datetime) -> int: ...


@overload
def to_epoch(at: None) -> None: ...


@overload
def to_epoch(at: datetime | None) -> int | None: ...


def to_epoch(at: datetime | None) -> int | None:
    """Return whole unix seconds, as request and response bodies carry them."""
    return None if at is None else int(at.timestamp())
