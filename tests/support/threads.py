"""Several things at the same moment, each in a thread and on a connection of its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from django.db import connection, connections

from tests.support.broker import disconnect

_PATIENCE_SECONDS = 120


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Call all of these at the same moment; returns what each returned, or raised.

    A thread gives its connection back as soon as it is done, so there may be more threads
    than the pool has connections.
    """
    barrier = threading.Barrier(len(acts))
    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(partial(_call_together, barrier), acts))


def _call_together(barrier: threading.Barrier, act: Callable[[], Any]) -> Any:
    try:
        barrier.wait(_PATIENCE_SECONDS)
        return act()
    except Exception as error:  # noqa: BLE001 - what was raised is the answer
        return error
    finally:
        _close_connections()


class in_thread:  # noqa: N801 - reads as the verb it is
    """Start `act` in a thread of its own; call this to wait for its result."""

    def __init__(self, act: Callable[[], Any]) -> None:
        self._pool = ThreadPoolExecutor(1)
        self._future = self._pool.submit(_call_alone, act)

    def __call__(self) -> Any:
        self._pool.shutdown(wait=True)
        return self._future.result(_PATIENCE_SECONDS)

    def is_done(self) -> bool:
        """Tell whether it has returned, or raised."""
        return self._future.done()

    def wait_until_stuck(self) -> None:
        """Wait until it waits for a lock in PostgreSQL, or is done with nothing to wait for."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not self.is_done() and not _somebody_waits():
            assert time.monotonic() < deadline, "it neither waited nor came to an end"
            time.sleep(0.005)


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database()"
            " AND wait_event_type = 'Lock')"
        )
        return bool(cursor.fetchone()[0])


def _call_alone(act: Callable[[], Any]) -> Any:
    try:
        return act()
    finally:
        _close_connections()


def _close_connections() -> None:
    # Dramatiq would keep this thread's connection to RabbitMQ open after the thread has ended.
    disconnect()
    connections.close_all()


def refusals(outcomes: Sequence[Any]) -> list[str]:
    """Return the names of the classes of what was raised, in order."""
    return sorted(type(outcome).__name__ for outcome in outcomes if isinstance(outcome, Exception))


class Turnstile:
    """A place in the code at which one thread waits until another lets it on."""

    def __init__(self) -> None:
        self._reached, self._open = threading.Event(), threading.Event()

    def stop(self) -> None:
        """Say that this place is reached, and wait to be let on."""
        self._reached.set()
        assert self._open.wait(_PATIENCE_SECONDS), "nobody let this thread on"

    def wait_until_reached(self) -> None:
        """Wait until another thread stops here."""
        assert self._reached.wait(_PATIENCE_SECONDS), "no thread came to this place"

    def let_on(self) -> None:
        """Let the thread go on, or never stop it where it has yet to come."""
        self._open.set()
