"""Health endpoints: liveness, readiness (database, broker and clock), and metrics."""

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
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from dramatiq.brokers.rabbitmq import RabbitmqBroker
from dramatiq.brokers.redis import RedisBroker
from dramatiq.worker import _WorkerThread
from prometheus_client import CONTENT_TYPE_LATEST

from livestream import clock
from livestream import metrics as operators_metrics
from livestream.storage.database_clock import ClockSkewed

DEADLINE_SECONDS = 4.0
_CONNECT_SECONDS = 3.0
Check = Callable[[], None]
_pool: ThreadPoolExecutor | None = None
_pool_lock = threading.Lock()


class Unavailable(Exception):
    """The dependency does not work; the text says what was found instead."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check."""

    name: str
    ok: bool
    detail: str


def run_checks(*, checks: Mapping[str, Check] | None = None, deadline: float = DEADLINE_SECONDS) -> list[Finding]:
    """Run all checks at once and return their findings after at most `deadline` seconds."""
    running = {name: _executor().submit(check) for name, check in (checks or CHECKS).items()}
    wait(running.values(), timeout=deadline)
    return [_finding(name, future) for name, future in running.items()]


def _finding(name: str, future: Future[None]) -> Finding:
    if not future.done():
        future.cancel()
        return Finding(name, ok=False, detail="no answer in time")
    error = future.exception()
    if error is None:
        return Finding(name, ok=True, detail="answered")
    # The class and not the text, which may hold the address and the password.
    detail = str(error) if isinstance(error, Unavailable) else type(error).__name__
    return Finding(name, ok=False, detail=detail)


def check_database() -> None:
    """Read one row from the database."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()
    finally:
        connections.close_all()


def check_broker() -> None:
    """Make a round trip to the broker; raises what its client raises, or Unavailable."""
    broker = dramatiq.get_broker()
    if isinstance(broker, RedisBroker):
        ping_redis(url=settings.BROKER_URL)
    elif isinstance(broker, RabbitmqBroker):
        connect_to_rabbitmq(url=settings.BROKER_URL)
    elif not any(isinstance(each, _WorkerThread) for each in threading.enumerate()):
        raise Unavailable("no worker runs in this process")


def ping_redis(*, url: str) -> None:
    """Send PING; raises a RedisError after at most three seconds."""
    timeouts = {"socket_connect_timeout": _CONNECT_SECONDS, "socket_timeout": _CONNECT_SECONDS}
    with redis.Redis.from_url(url, retry=None, **timeouts) as client:
        client.ping()


def connect_to_rabbitmq(*, url: str) -> None:
    """Open a connection and sign in; raises an AMQPError within the timeout."""
    parameters = pika.URLParameters(url)
    parameters.socket_timeout = parameters.stack_timeout = _CONNECT_SECONDS
    parameters.blocked_connection_timeout = _CONNECT_SECONDS
    parameters.connection_attempts = 1
    pika.BlockingConnection(parameters).close()


def check_clock() -> None:
    """Take the time; raises Unavailable where this machine's clock is too far off."""
    try:
        clock.now()
    except ClockSkewed as error:
        raise Unavailable(f"{clock.skew():+.0f} seconds from the database's") from error
    finally:
        connections.close_all()


CHECKS: dict[str, Check] = {"database": check_database, "broker": check_broker, "clock": check_clock}


def _executor() -> ThreadPoolExecutor:
    """Return the pool of six threads, created after any fork; it bounds how many checks can hang."""
    global _pool
    with _pool_lock:
        _pool = _pool or ThreadPoolExecutor(max_workers=6, thread_name_prefix="readiness")
    return _pool


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer 200 whenever this process serves requests, whatever the state of its dependencies."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Answer 200, or 503 while the database or the broker is unavailable or the clock is skewed, within 5 seconds."""
    findings = run_checks()
    ready = all(finding.ok for finding in findings)
    checks = {each.name: {"ok": each.ok, "detail": each.detail} for each in findings}
    body = {"status": "ok" if ready else "unavailable", "checks": checks}
    return JsonResponse(body, status=200 if ready else 503)


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer the metrics for Prometheus; while the database is unavailable they say so."""
    return HttpResponse(operators_metrics.page(), content_type=CONTENT_TYPE_LATEST)
