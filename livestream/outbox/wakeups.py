"""Wake-ups: broker messages that say that a class has due work. A separate thread sends them.

No request and no relay waits for the broker, which may hang. What could not be sent is sent again until the
broker accepts it. If the process ends before, the relay requests another one as long as there is due work.
"""

from __future__ import annotations

import os
import threading
import time

import dramatiq
import structlog
from dramatiq.brokers.stub import StubBroker

from livestream.outbox.registry import Task
from livestream.outbox.urgency import Urgency

log = structlog.get_logger(__name__)

# How long a class pauses after a failed send.
_PAUSE_SECONDS = 0.5


class Dispatcher:
    """Sends wake-ups in its own thread; the number that waits for each class is bounded."""

    def __init__(self) -> None:
        self.process = os.getpid()
        self._waiting: dict[Urgency, tuple[Task, int]] = {}
        self._not_before: dict[Urgency, float] = {}
        self._sending = False
        self._changed = threading.Condition()
        threading.Thread(target=self._run, name="wake-ups", daemon=True).start()

    def request(self, task: Task, count: int) -> None:
        """Have `count` wake-ups of the task's class sent, including those that wait already."""
        with self._changed:
            _, waiting = self._waiting.get(task.urgency, (task, 0))
            self._waiting[task.urgency] = task, max(waiting, count)
            self._changed.notify()

    def is_idle(self) -> bool:
        """Return whether no wake-up waits or is being sent."""
        with self._changed:
            return not (self._waiting or self._sending)

    def _run(self) -> None:
        while True:
            with self._changed:
                urgency = self._next_class()
                task, count = self._waiting.pop(urgency)
                self._sending = True
            if send(task=task, count=count):
                self._not_before.pop(urgency, None)
            else:
                self._not_before[urgency] = time.monotonic() + _PAUSE_SECONDS
                self.request(task, count)
            self._sending = False

    def _next_class(self) -> Urgency:
        """Wait for the next class to send, the most urgent one that does not pause: a refused queue stops no other."""
        while True:
            pauses = {each: self._not_before.get(each, 0.0) - time.monotonic() for each in self._waiting}
            ready = [each for each, pause in pauses.items() if pause <= 0]
            if ready:
                return min(ready)
            self._changed.wait(min(pauses.values(), default=None))


_dispatcher: Dispatcher | None = None
_creating = threading.Lock()


def request(*, task: Task, count: int = 1) -> None:
    """Have `count` workers woken for due work of the task's class; never waits for the broker."""
    if isinstance(dramatiq.get_broker(), StubBroker):  # in the memory of this process, so sending never waits
        send(task=task, count=count)
    else:
        _get_dispatcher().request(task, count)


def send(*, task: Task, count: int) -> bool:
    """Send wake-ups to the broker now and return whether it accepted them; raises nothing."""
    broker = dramatiq.get_broker()
    try:
        for _ in range(count):
            broker.enqueue(broker.get_actor(task.name).message())
    except Exception as error:  # noqa: BLE001 - each broker raises its own
        log.warning("broker_away", actor=task.name, error=repr(error))
        return False
    return True


def _get_dispatcher() -> Dispatcher:
    global _dispatcher
    with _creating:
        if _dispatcher is None or _dispatcher.process != os.getpid():
            _dispatcher = Dispatcher()
        return _dispatcher


def _replace_lock() -> None:
    """Replace the lock, which another thread of the parent may have held when this process was forked."""
    global _creating
    _creating = threading.Lock()


os.register_at_fork(after_in_child=_replace_lock)
