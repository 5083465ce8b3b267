"""Handing over to the broker: a message that tells workers of due work, sent by a thread of its own.

No request and no relay waits for a broker, which may hang. A message that is not sent costs time only:
the relay sends another one as long as there is work.
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

# After a failed send the broker is left alone for this long.
_REST_SECONDS = 0.5


class Courier:
    """Sends messages in its own thread: at most a few of each class wait, however many are asked for."""

    def __init__(self) -> None:
        self.process = os.getpid()
        self._wanted: dict[Urgency, tuple[Task, int]] = {}
        self._changed = threading.Condition()
        threading.Thread(target=self._run, name="courier", daemon=True).start()

    def want(self, task: Task, times: int) -> None:
        """Have messages of the task's class sent; those that still wait to be sent count."""
        with self._changed:
            _, waiting = self._wanted.get(task.urgency, (task, 0))
            self._wanted[task.urgency] = task, max(waiting, times)
            self._changed.notify()

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._wanted:
                    self._changed.wait()
                task, times = self._wanted.pop(min(self._wanted))
            if not send(task=task, times=times):
                time.sleep(_REST_SECONDS)


_courier: Courier | None = None
_making_courier = threading.Lock()


def nudge(*, task: Task, times: int = 1) -> None:
    """Tell workers that there is due work of the task's class, as many of them as `times`.

    It never waits for the broker.
    """
    if isinstance(dramatiq.get_broker(), StubBroker):  # in this process's memory, which takes a message at once
        send(task=task, times=times)
    else:
        _get_courier().want(task, times)


def send(*, task: Task, times: int) -> bool:
    """Send messages of this task's actor to the broker; returns whether it took them, and raises nothing."""
    broker = dramatiq.get_broker()
    try:
        for _ in range(times):
            broker.enqueue(broker.get_actor(task.name).message())
    except Exception as error:  # noqa: BLE001 - each broker raises its own
        log.warning("broker_away", actor=task.name, error=repr(error))
        return False
    return True


def _get_courier() -> Courier:
    global _courier
    with _making_courier:
        if _courier is None or _courier.process != os.getpid():
            _courier = Courier()
        return _courier


def _forget_lock_of_parent() -> None:
    global _making_courier
    _making_courier = threading.Lock()


os.register_at_fork(after_in_child=_forget_lock_of_parent)
