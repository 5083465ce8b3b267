"""Admission of requests: one thread of a web process is reserved for its liveness probe."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from livestream.errors import TryLater

# How many seconds requests may wait in the reserved thread, in all. Each wait uses up some of this budget, and each
# request that ends adds a quarter of a second: while four requests a second end, none is refused.
WAIT_BUDGET = 1.0
_REFILL = 0.25
# How many requests may wait for news if the number of threads is unknown.
MOST_WAITING = 8
# How many of them may be one user's.
MOST_WAITING_OF_A_USER = 2


class Overloaded(TryLater):
    """Too many requests are being answered at the moment. This one was not started."""

    code = "overloaded"
    title = "Too many requests are waiting; try again in a moment"


class Admission:
    """Admits requests to all threads of a process except one; if the number of threads is unknown, to all.

    Further requests wait in the last thread, one after the other, and the probe behind them. Once they have
    used up the budget, they are refused at once until other requests have ended.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._limit: int | None = None
        self._running = 0
        self._waiting: Counter[str] = Counter()
        self._ends: Callable[[], bool] = lambda: False
        self._budget = WAIT_BUDGET

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

    @contextmanager
    def waiting(self, *, user_id: str) -> Iterator[bool]:
        """Surround an admitted request that waits for news; True if it may.

        It may not if half of the threads wait already, or two requests of this user.
        """
        with self._changed:
            most = MOST_WAITING if self._limit is None else self._limit // 2
            may_wait = self._waiting.total() < most and self._waiting[user_id] < MOST_WAITING_OF_A_USER
            self._waiting[user_id] += may_wait
        try:
            yield may_wait
        finally:
            with self._changed:
                self._waiting[user_id] -= may_wait
                self._waiting += Counter()  # forgets users of whom none waits

    def end_waits_when(self, ends: Callable[[], bool]) -> None:
        """Have requests that wait answer early once `ends()` is true, because the process is to stop."""
        self._ends = ends

    def is_stopping(self) -> bool:
        """Return whether the process is to stop, so that no request should wait any longer."""
        return self._ends()

    def _enter(self) -> None:
        with self._changed:
            if not self._has_room():
                self._wait()
            self._running += 1

    def _wait(self) -> None:
        began = time.monotonic()
        found = self._changed.wait_for(self._has_room, timeout=self._budget)
        self._budget = max(0.0, self._budget - (time.monotonic() - began))
        if not found:
            raise Overloaded(retry_after=1)

    def _leave(self) -> None:
        with self._changed:
            self._running -= 1
            self._budget = min(WAIT_BUDGET, self._budget + _REFILL)
            self._changed.notify()

    def _has_room(self) -> bool:
        return self._limit is None or self._running < self._limit


# The admission of this process. gunicorn.conf.py or `manage.py serve` sets the number of threads.
requests = Admission()
