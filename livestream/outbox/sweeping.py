"""Sweeps: functions that each relay calls at an interval, for work that is its own queue.

Where the rows of a table are the work that is left (contributions to count, pushes to send), no
wake-up has to be stored beside them, and so none can be lost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import structlog
from django.db import OperationalError, transaction

from livestream.storage.conflicts import gave_way

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Sweep:
    """A function to call every `every` seconds; `next_at` is on the monotonic clock."""

    function: Callable[[], None]
    every: float
    next_at: float = 0.0


_sweeps: list[Sweep] = []


def sweep(*, every: float) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Declare a sweep that each relay calls every `every` seconds; it must be safe to repeat."""

    def declare(function: Callable[[], None]) -> Callable[[], None]:
        _sweeps.append(Sweep(function, every))
        return function

    return declare


def declared_sweeps() -> Sequence[Sweep]:
    """Return all sweeps, in the order of declaration."""
    return tuple(_sweeps)


def due_sweeps(*, at: float) -> list[Sweep]:
    """Return the sweeps that are due at `at` (monotonic seconds), and set when each is due next."""
    due = [each for each in declared_sweeps() if each.next_at <= at]
    for each in due:
        each.next_at = at + each.every
    return due


@contextmanager
def sweep_transaction() -> Iterator[None]:
    """Open a transaction for what a sweep enqueues; a lock conflict is logged and not raised.

    A process that is storing the same key may hang, and the sweep has other work to find. The next sweep
    tries again.
    """
    try:
        with transaction.atomic():
            yield
    except OperationalError as error:
        if not gave_way(error):
            raise
        log.info("sweep_gave_way", error=repr(error))
