"""Admission of requests: one thread of a web process is reserved for its liveness probe."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from livestream.errors import DomainError

# How long requests wait in the reserved thread (seconds). Each wait uses it up, and each request that ends
# gives a part back: while four a second end, nobody is refused, however many wait.
PATIENCE = 1.0
_REGAINED = 0.25


class Overloaded(DomainError):
    """All threads of this process are occupied, and do not become free."""

    status = 503
    code = "overloaded"
    title = "Too many requests are waiting; try again in a moment"


class Admission:
    """Admits requests to all threads of a process but one; without a number of threads it admits all.

    A request beyond that waits in the last thread, and the probe with it, for as long as the patience lasts.
    Once it is used up, requests are refused at once until others have ended.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._limit: int | None = None
        self._running = 0
        self._patience = PATIENCE

    def reserve_one_of(self, threads: int | None) -> None:
        """Set how many threads serve requests; None, or a single one, sets no limit."""
        with self._changed:
            self._limit = threads - 1 if threads and threads > 1 else None
            self._changed.notify_all()

    @contextmanager
    def admitted(self) -> Iterator[None]:
        """Surround a request; raises Overloaded (503) after at most a second."""
        self._enter()
        try:
            yield
        finally:
            self._leave()

    def _enter(self) -> None:
        with self._changed:
            if not self._has_room():
                self._wait()
            self._running += 1

    def _wait(self) -> None:
        began = time.monotonic()
        found = self._changed.wait_for(self._has_room, timeout=self._patience)
        self._patience = max(0.0, self._patience - (time.monotonic() - began))
        if not found:
            raise Overloaded(retry_after=1)

    def _leave(self) -> None:
        with self._changed:
            self._running -= 1
            self._patience = min(PATIENCE, self._patience + _REGAINED)
            self._changed.notify()

    def _has_room(self) -> bool:
        return self._limit is None or self._running < self._limit


# Of this process. Its web server says how many threads it has: gunicorn.conf.py, or `manage.py serve`.
requests = Admission()
