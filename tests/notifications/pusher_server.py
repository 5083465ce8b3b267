"""A server in Pusher's place: real HTTP, Pusher's rules, and its own check of the signature."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest


@dataclass
class Call:
    """One call that was let in: to which path, and what each channel was told."""

    path: str
    told: list[tuple[str, str, dict]]


@dataclass
class PusherServer:
    """Answers on 127.0.0.1, `pause` seconds away; `answers` are statuses for the next calls, None to hang up.

    `members` are the users in each presence channel, which it is asked for.
    """

    app_id: str
    key: str
    secret: str
    calls: list[Call] = field(default_factory=list)
    answers: list[int | None] = field(default_factory=list)
    members: dict[str, list[str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    raw_answer: bytes | None = None
    refuse: str | None = None
    delay: threading.Event | None = None
    pause: float = 0.0
    connections: int = 0
    ended: list[str] = field(default_factory=list)
    """Whose connections were ended."""

    def __enter__(self) -> PusherServer:
        handler = type("Handler", (_Handler,), {"owner": self})
        self._server = _Server(("127.0.0.1", 0), handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.delay:
            self.delay.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def port(self) -> int:
        return self._server.server_address[1]

    @property
    def told(self) -> list[tuple[str, str, dict]]:
        """Everything every channel was told, in order: channel, event, data."""
        return [entry for call in self.calls for entry in call.told]

    def judge(self, path: str, query: dict[str, str], body: bytes) -> int:
        """Return the status for a call, which is noted where it is let in."""
        if not self._is_signed(path, query, body):
            return 401
        if self.answers and (status := self.answers.pop(0)) != 200:
            return status or 0
        return self._take(path, json.loads(body))

    def look(self, path: str, query: dict[str, str]) -> tuple[int, bytes]:
        """Return the answer to who is in a channel."""
        if not self._is_signed(path, query, b"", "GET"):
            return 401, b"because"
        if self.answers and (status := self.answers.pop(0)) != 200:
            return status or 0, b"because"
        start, end = f"/apps/{self.app_id}/channels/", "/users"
        if not (path.startswith(start) and path.endswith(end)):
            return 404, b"because"
        channel = unquote(path.removeprefix(start).removesuffix(end))
        self.asked.append(channel)
        return 200, json.dumps({"users": [{"id": each} for each in self.members.get(channel, [])]}).encode()

    def _is_signed(self, path: str, query: dict[str, str], body: bytes, method: str = "POST") -> bool:
        given = query.pop("auth_signature", "")
        if query.get("auth_key") != self.key or query.get("body_md5") != hashlib.md5(body).hexdigest():  # noqa: S324
            return False
        text = "\n".join([method, path, "&".join(f"{name}={query[name]}" for name in sorted(query))])
        wanted = hmac.new(self.secret.encode(), text.encode(), hashlib.sha256).hexdigest()
        return hmac.compare_digest(given, wanted)

    def _take(self, path: str, said: dict) -> int:
        if found := re.fullmatch(rf"/apps/{self.app_id}/users/([^/]+)/terminate_connections", path):
            self.ended.append(found[1])
            return 200
        if path == f"/apps/{self.app_id}/events":
            entries = [(channel, said["name"], said["data"]) for channel in said["channels"]]
            if len(entries) > 100:
                return 400
        elif path == f"/apps/{self.app_id}/batch_events":
            entries = [(each["channel"], each["name"], each["data"]) for each in said["batch"]]
            if len(entries) > 10:
                return 400
        else:
            return 404
        if any(len(data.encode()) > 10_240 for _, _, data in entries):
            return 413
        if self.refuse and any(self.refuse in (channel, event) for channel, event, _ in entries):
            return 400
        self.calls.append(Call(path, [(channel, event, json.loads(data)) for channel, event, data in entries]))
        return 200


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # A crowd is told over many connections at a time, and none of them may be turned away.
    request_queue_size = 128


class _Handler(BaseHTTPRequestHandler):
    owner: PusherServer
    protocol_version = "HTTP/1.1"

    def setup(self):
        self.owner.connections += 1
        super().setup()

    def do_POST(self):
        address = urlsplit(self.path)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.owner.delay:
            self.owner.delay.wait(10)
        time.sleep(self.owner.pause)
        status = self.owner.judge(address.path, dict(parse_qsl(address.query)), body)
        if not status:
            self.close_connection = True
            return
        self._answer(status, b"{}" if status == 200 else b"because")

    def do_GET(self):
        address = urlsplit(self.path)
        if self.owner.delay:
            self.owner.delay.wait(10)
        status, answer = self.owner.look(address.path, dict(parse_qsl(address.query)))
        if not status:
            self.close_connection = True
            return
        self._answer(status, answer)

    def _answer(self, status, answer):
        answer = self.owner.raw_answer or answer
        self.send_response(status)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def pusher_server(settings):
    """A real HTTP server in Pusher's place, to which the service is configured to send."""
    with PusherServer(app_id="77", key="app-key", secret="app-secret") as server:
        settings.PUSHER_PROVIDER = "pusher"
        settings.PUSHER_APP_ID, settings.PUSHER_KEY, settings.PUSHER_SECRET = "77", "app-key", "app-secret"
        settings.PUSHER_HOST, settings.PUSHER_PORT, settings.PUSHER_SSL = "127.0.0.1", server.port, False
        yield server
