"""The broker of this run, worked off by real workers, or taken away."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import dramatiq
import pytest
from django.conf import settings
from dramatiq.brokers.rabbitmq import RabbitmqBroker
from dramatiq.brokers.redis import RedisBroker
from dramatiq.brokers.stub import StubBroker
from dramatiq.common import dq_name, xq_name

from livestream import clock
from livestream.models import OutboxMessage
from livestream.outbox import relaying, wakeups
from livestream.outbox.registry import get_task, task_names

_PATIENCE_SECONDS = 120
_POLL_SECONDS = 0.005
_THREADS = 4
_workers_running = 0


def eventually(is_so: Callable[[], object], *, meanwhile: Callable[[], object] = lambda: None) -> None:
    """Wait until `is_so()` holds, calling `meanwhile` between two looks; fail after a while."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < deadline, f"it never came so; left are {[vars(row) for row in runnable()]}"
        meanwhile()
        time.sleep(_POLL_SECONDS)


def runnable() -> list[OutboxMessage]:
    """Return the messages that this release could run by now, or is running.

    The clock is read after the rows: a task that stores another one while this looks must not
    disappear without the other one being seen.
    """
    rows = list(OutboxMessage.objects.filter(failed_at=None, actor__in=task_names()))
    now = clock.now()
    return [row for row in rows if row.eta <= now]


def relay() -> int:
    """Let a new relay look once; returns for how many due messages it woke workers."""
    return relaying.Relay().once(now=clock.now())


class Workers:
    """Workers on the broker of this run."""

    def drain(self) -> None:
        """Relay until nothing that is due is left; what fails is waited for until it is dead."""
        eventually(lambda: not runnable(), meanwhile=relay)

    def wake(self, message: OutboxMessage, *, times: int = 1) -> None:
        """Send wake-ups for the class of this message, whether it is due or not."""
        assert wakeups.send(task=get_task(message.actor), count=times)


@pytest.fixture(scope="session", autouse=True)
def _no_queue_is_left_behind() -> Iterator[None]:
    """Delete this run's queues, which on RabbitMQ would outlive it."""
    yield
    forget_queues(namespace=settings.BROKER_NAMESPACE)


def forget_queues(*, namespace: str) -> None:
    """Delete the queues of a service that ran in this namespace, with what is in them."""
    broker = dramatiq.get_broker()
    disconnect()
    if isinstance(broker, RabbitmqBroker):
        for queue in broker.queues:
            theirs = namespace + queue.removeprefix(settings.BROKER_NAMESPACE)
            for name in (theirs, dq_name(theirs), xq_name(theirs)):
                broker.channel.queue_delete(name)


def disconnect() -> None:
    """Close this thread's connection to RabbitMQ; the next use opens another one.

    A thread that only waits sends no heartbeats, so RabbitMQ closes its connection after some minutes.
    """
    broker = dramatiq.get_broker()
    if isinstance(broker, RabbitmqBroker):
        del broker.connection


@contextmanager
def working() -> Iterator[Workers]:
    """Run workers on the broker of this run, which begins empty."""
    global _workers_running
    broker = dramatiq.get_broker()
    disconnect()
    broker.flush_all()
    worker = dramatiq.Worker(broker, worker_timeout=20, worker_threads=_THREADS)
    worker.start()
    _workers_running += 1
    try:
        yield Workers()
    finally:
        worker.stop()
        _workers_running -= 1
        disconnect()
        broker.flush_all()


def workers_are_running() -> bool:
    """Return whether this process runs workers, which change the database at the same time as the test."""
    return _workers_running > 0


@pytest.fixture
def worker(transactional_db: None) -> Iterator[Workers]:
    """Real workers, for tests in which transactions really commit."""
    with working() as workers:
        yield workers


@contextmanager
def broker_away(kind: str, *, port: int) -> Iterator[None]:
    """Have everybody send to a RabbitMQ (`amqp`) or Redis (`redis`) on this port."""
    address = f"{kind}://127.0.0.1:{port}"
    with _broker(RabbitmqBroker(url=address) if kind == "amqp" else RedisBroker(url=address)):
        yield
    # What it did not accept is sent to the usual broker, and not to that of a later test.
    eventually(_nothing_waits)


@contextmanager
def silent_broker() -> Iterator[StubBroker]:
    """Have everybody send to a broker in memory that nobody works on, to see what arrives."""
    silent = StubBroker(middleware=[])
    with _broker(silent):
        yield silent


def arrived(silent: StubBroker) -> list[str]:
    """Return the names of the actors whose messages a silent broker received, sorted."""
    raw = [each for queue in silent.queues.values() for each in list(queue.queue)]
    return sorted(dramatiq.Message.decode(each).actor_name for each in raw)


@contextmanager
def _broker(other: dramatiq.Broker) -> Iterator[None]:
    eventually(_nothing_waits)  # what an earlier test asked for is sent to the broker that it used
    usual = dramatiq.get_broker()
    for actor in usual.actors.values():
        other.declare_actor(actor)
    dramatiq.set_broker(other)
    try:
        yield
    finally:
        dramatiq.set_broker(usual)
        other.close()


def _nothing_waits() -> bool:
    return wakeups._dispatcher is None or wakeups._dispatcher.is_idle()


class HangingUp:
    """A server that accepts connections and closes them at once, and counts them."""

    def __init__(self) -> None:
        self.calls = 0
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._server.getsockname()[1])
        self._thread = threading.Thread(target=self._answer, daemon=True)

    def __enter__(self) -> HangingUp:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._thread.join()

    def _answer(self) -> None:
        while True:
            try:
                connection, _ = self._server.accept()
            except OSError:  # the server was closed
                return
            self.calls += 1
            connection.close()
