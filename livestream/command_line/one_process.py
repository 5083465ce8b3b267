"""Web server, worker and relay in one process, as `make run` starts them."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import dramatiq
from django.conf import settings
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
    server = create_server(get_wsgi_application(), host=host, port=port, threads=_WEB_THREADS)
    admission.requests.reserve_one_of(_WEB_THREADS)
    relaying.release_leases(now=clock.now())
    # SIGINT too: a shell starts background commands with SIGINT ignored.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    with _pid_file(), _worker(), _relay():
        on_ready()
        try:
            server.run()
        finally:
            server.close()


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


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
