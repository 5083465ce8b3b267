"""A server that lets its answer trickle: of its headers, or of its body, a byte now and then."""

from __future__ import annotations

import contextlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Trickle(ThreadingHTTPServer):
    """Answers `part` ("headers" or "body") for longer than anybody waits."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, part: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.part, self.over = part, threading.Event()
        self.url = f"http://127.0.0.1:{self.server_port}/page?token=secret"

    def __enter__(self) -> Trickle:
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.shutdown()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: Trickle

    def do_GET(self) -> None:
        self._trickle()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._trickle()

    def _trickle(self) -> None:
        self.wfile.write(b"HTTP/1.0 200 OK\r\n" + (b"X-Slow: " if self.server.part == "headers" else b"\r\n"))
        with contextlib.suppress(OSError):  # who asked has hung up
            while not self.server.over.wait(0.1):
                self.wfile.write(b"#")

    def log_message(self, *args: object) -> None:
        """Keep the test's output to the test."""
