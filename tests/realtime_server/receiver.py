"""A receiver of webhooks: real HTTP, and the `pusher` package's own check of the signature."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pusher

from tests.support.waiting import until


class Receiver:
    """Keeps the webhooks it takes, in order. `answers` are statuses for the next ones, None to hang up."""

    def __init__(self) -> None:
        self.answers: list[int | None] = []
        self.webhooks: list[dict] = []
        self.tried = 0
        self.hold: threading.Event | None = None
        self._verifier = pusher.Pusher("7", "key", "secret")

    def __enter__(self) -> Receiver:
        handler = type("Handler", (_Handler,), {"receiver": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.hold:
            self.hold.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/hook"

    @property
    def events(self) -> list[tuple[str, ...]]:
        """Everything that was reported, in order: name, channel, and user where it is about one."""
        told = [event for webhook in self.webhooks for event in webhook["events"]]
        return [tuple(event[name] for name in ("name", "channel", "user_id") if name in event) for event in told]

    def wait_for(self, events: Sequence[tuple[str, ...]]) -> None:
        """Wait until exactly these events are reported."""
        self.wait(events=len(events))
        assert self.events == list(events)

    def wait(self, *, events: int = 0, tried: int = 0) -> None:
        """Wait until this many events are reported, in this many tries or more."""
        until(lambda: len(self.events) >= events and self.tried >= tried, what="webhooks", seconds=20)

    def take(self, headers: object, body: bytes) -> int | None:
        """Return the status for a webhook."""
        self.tried += 1
        if self.hold:
            self.hold.wait(20)
        if self.answers and (status := self.answers.pop(0)) != 200:
            return status
        webhook = self._verifier.validate_webhook(
            key=headers["X-Pusher-Key"], signature=headers["X-Pusher-Signature"], body=body.decode()
        )
        if webhook is None:
            return 401
        self.webhooks.append(webhook)
        return 200


class _Handler(BaseHTTPRequestHandler):
    receiver: Receiver
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        status = self.receiver.take(self.headers, self.rfile.read(int(self.headers["Content-Length"])))
        if status is None:
            self.close_connection = True
            return
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass
