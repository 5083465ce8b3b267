"""Asking the database and the broker whether they are there, each with a real round trip."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

import dramatiq
import pika
import redis
from django.conf import settings
from django.db import connection, connections
from dramatiq.brokers.rabbitmq import RabbitmqBroker
from dramatiq.brokers.redis import RedisBroker
from dramatiq.worker import _WorkerThread

PATIENCE_SECONDS = 4.0
_CONNECT_SECONDS = 3.0

Check = Callable[[], None]


class Away(Exception):
    """What was asked is not there; the text says what was found instead."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found."""

    name: str
    ok: bool
    detail: str


def examine(*, checks: Mapping[str, Check] | None = None, patience: float = PATIENCE_SECONDS) -> list[Finding]:
    """Run all checks at once and return their findings after `patience` seconds at most."""
    running = {name: _executor().submit(check) for name, check in (checks or CHECKS).items()}
    wait(running.values(), timeout=patience)
    return [_finding(name, future) for name, future in running.items()]


def _finding(name: str, future: Future[None]) -> Finding:
    if not future.done():
        future.cancel()
        return Finding(name, ok=False, detail="no answer in time")
    error = future.exception()
    if error is None:
        return Finding(name, ok=True, detail="answered")
    # The class and not the text, which may hold the address and the password.
    detail = str(error) if isinstance(error, Away) else type(error).__name__
    return Finding(name, ok=False, detail=detail)


def check_database() -> None:
    """Ask the database for one row."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()
    finally:
        connections.close_all()


def check_broker() -> None:
    """Ask the broker, whichever it is; raises what its client raises, or Away."""
    broker = dramatiq.get_broker()
    if isinstance(broker, RedisBroker):
        ping_redis(url=settings.BROKER_URL)
    elif isinstance(broker, RabbitmqBroker):
        greet_rabbitmq(url=settings.BROKER_URL)
    elif not any(isinstance(each, _WorkerThread) for each in threading.enumerate()):
        raise Away("no worker runs in this process")


def ping_redis(*, url: str) -> None:
    """Exchange one command; raises a RedisError after three seconds at most."""
    timeouts = {"socket_connect_timeout": _CONNECT_SECONDS, "socket_timeout": _CONNECT_SECONDS}
    with redis.Redis.from_url(url, retry=None, **timeouts) as client:
        client.ping()


def greet_rabbitmq(*, url: str) -> None:
    """Sign in, which is a conversation of several messages; raises an AMQPError in time."""
    parameters = pika.URLParameters(url)
    parameters.socket_timeout = parameters.stack_timeout = _CONNECT_SECONDS
    parameters.blocked_connection_timeout = _CONNECT_SECONDS
    parameters.connection_attempts = 1
    pika.BlockingConnection(parameters).close()


CHECKS: dict[str, Check] = {"database": check_database, "broker": check_broker}

_pool: ThreadPoolExecutor | None = None
_pool_lock = threading.Lock()


def _executor() -> ThreadPoolExecutor:
    """Return a small pool, made after any fork: checks that hang never pile up without end."""
    global _pool
    with _pool_lock:
        _pool = _pool or ThreadPoolExecutor(max_workers=4, thread_name_prefix="readiness")
    return _pool
