"""Web server, worker and relay in one process, as `make run` starts them."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import dramatiq
from django.conf import settings
from django.core.management.base import CommandError
from django.core.wsgi import get_wsgi_application
from waitress.server import create_server

from livestream import admission, clock
from livestream.outbox import relaying

_WEB_THREADS = 16
_WORKER_THREADS = 4


def serve(*, host: str, port: int, on_ready: Callable[[], None]) -> None:
    """Serve HTTP on `host`:`port` and run all delayed work, until SIGTERM or Ctrl-C.

    Messages that an earlier run left half done are due at once, since no other process works
    on this database. `on_ready` is called once the server accepts requests. Raises OSError
    where the port is taken.
    """
    # Bind first: a second server must not release the first one's leases.
    # select(), its default, fails where the process has more than 1,024 descriptors: clients of the realtime server.
    server = create_server(get_wsgi_application(), host=host, port=port, threads=_WEB_THREADS, asyncore_use_poll=True)
    admission.requests.reserve_one_of(_WEB_THREADS)
    relaying.release_leases(now=clock.now())
    # SIGINT too: a shell starts background commands with SIGINT ignored.
    stopping = threading.Event()
    admission.requests.end_waits_when(stopping.is_set)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, partial(_stop, stopping))
    with _pid_file(), _worker(), _relay():
        on_ready()
        try:
            server.run()
        finally:
            server.close()


def _stop(stopping: threading.Event, *_: object) -> None:
    stopping.set()
    interrupt()


def interrupt(*_: object) -> None:
    """End a command that serves, as a handler of signals."""
    raise KeyboardInterrupt


@contextmanager
def listening_on(host: str, port: int) -> Iterator[None]:
    """Have a command say that it cannot listen there, where what is within cannot."""
    try:
        yield
    except OSError as error:
        raise CommandError(f"cannot listen on {host}:{port}: {error.strerror}") from error


@contextmanager
def _worker() -> Iterator[None]:
    worker = dramatiq.Worker(dramatiq.get_broker(), worker_timeout=100, worker_threads=_WORKER_THREADS)
    worker.start()
    try:
        yield
    finally:
        worker.stop()


@contextmanager
def _relay() -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=relaying.run, args=[stop], name="relay")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


@contextmanager
def _pid_file() -> Iterator[None]:
    path = Path(settings.LIVESTREAM_VAR) / "server.pid"
    path.write_text(str(os.getpid()))
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
