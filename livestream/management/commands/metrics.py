"""`manage.py metrics`: `/metrics` for machines that run workers and no web server."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterable
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import close_old_connections
from prometheus_client import CONTENT_TYPE_LATEST

from livestream import metrics


class Command(BaseCommand):
    """Give it, and the workers beside it, the same PROMETHEUS_MULTIPROC_DIR (docs/operations.md)."""

    help = "Serve the metrics of this machine's processes until stopped."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=9101)

    def handle(self, **options: Any) -> None:
        host, port = options["host"], options["port"]
        try:
            server = make_server(host, port, _answer, handler_class=_Quiet)
        except OSError as error:
            raise CommandError(f"cannot listen on {host}:{port}: {error.strerror}") from error
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
        self.stdout.write(f"metrics on http://{host}:{server.server_port}/metrics; stop with Ctrl-C")
        self.stdout.flush()
        with server:
            server.serve_forever()


def _answer(environ: dict[str, Any], start: Callable[[str, list[tuple[str, str]]], object]) -> Iterable[bytes]:
    if environ["PATH_INFO"] != "/metrics":
        start("404 Not Found", [("Content-Type", "text/plain")])
        return [b"see /metrics\n"]
    try:
        told = metrics.page()
    finally:
        close_old_connections()
    start("200 OK", [("Content-Type", CONTENT_TYPE_LATEST)])
    return [told]


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Say nothing: a scrape every few seconds is no news."""
