"""The threads of a worker process, divided by urgency: some are reserved for money."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import dramatiq
from dramatiq import Middleware

from livestream.outbox.urgency import Urgency

# Of eight threads, two are reserved for money. Of the six others, five may work for the lifecycle, and five for the
# less urgent classes: a flood of either leaves a thread to the other. At most two work for pushes, two for analytics,
# and one cuts clips: more threads would do no more work, because the threads of a process share one interpreter, and
# would only take its time from money.
_RESERVED, _PUSHING, _TRACKING = 1 / 4, 1 / 4, 1 / 4


class Threads:
    """Counts how many threads of this process work for each class, and limits them."""

    def __init__(self) -> None:
        self._lock = threading.Condition()
        self._total = 0
        self._busy = dict.fromkeys(Urgency, 0)

    def add(self, number: int) -> None:
        """Add the threads of a worker that starts in this process; a negative number for one that stops."""
        with self._lock:
            self._total += number

    @contextmanager
    def working_for(self, urgency: Urgency) -> Iterator[bool]:
        """Occupy a thread for this class during the block; yields False if the class has reached its limit."""
        with self._lock:
            admitted = self._admits(urgency)
            self._busy[urgency] += admitted
        try:
            yield admitted
        finally:
            with self._lock:
                self._busy[urgency] -= admitted
                self._lock.notify_all()

    def give_way(self, urgency: Urgency, *, seconds: float) -> None:
        """Wait for at most `seconds` while a thread works for money or the lifecycle; these two never wait.

        The threads of a process share one interpreter, so any other work takes time from them.
        """
        if urgency > Urgency.LIFECYCLE:
            with self._lock:
                self._lock.wait_for(self._nothing_is_urgent, timeout=seconds)

    def _nothing_is_urgent(self) -> bool:
        return not (self._busy[Urgency.MONEY] or self._busy[Urgency.LIFECYCLE])

    def _admits(self, urgency: Urgency) -> bool:
        if urgency is Urgency.MONEY or self._total < 2:
            return True
        lifecycle = self._busy[Urgency.LIFECYCLE]
        less_urgent = sum(self._busy.values()) - self._busy[Urgency.MONEY] - lifecycle
        shared = max(self._share(1 - _RESERVED), 2)
        own = lifecycle if urgency is Urgency.LIFECYCLE else less_urgent
        return lifecycle + less_urgent < shared and own < shared - 1 and self._busy[urgency] < self._limit(urgency)

    def _limit(self, urgency: Urgency) -> int:
        match urgency:
            case Urgency.PUSHES:
                return self._share(_PUSHING)
            case Urgency.ANALYTICS:
                return self._share(_TRACKING)
            case Urgency.CLIPS:
                return 1
            case _:
                return self._total

    def _share(self, part: float) -> int:
        return max(int(self._total * part), 1)


THREADS = Threads()


class ThreadCounter(Middleware):
    """Dramatiq middleware that counts the threads of the workers in this process."""

    def after_worker_boot(self, broker: dramatiq.Broker, worker: dramatiq.Worker) -> None:
        THREADS.add(worker.worker_threads)

    def after_worker_shutdown(self, broker: dramatiq.Broker, worker: dramatiq.Worker) -> None:
        THREADS.add(-worker.worker_threads)
