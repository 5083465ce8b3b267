"""The only module that reads the time, so that tests can move it.

Only edges call `now()`: views, receivers, commands, sweeps, and the worker that runs a task. Services are
given the moment, except tasks that run for as long as a lease allows, which read it for each page.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import overload

_movable: MovableClock | None = None


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


def now() -> datetime:
    """Return the current moment, timezone-aware (UTC)."""
    return _movable.at if _movable is not None else datetime.now(tz=UTC)


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
