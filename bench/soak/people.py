"""Users who are signed in, renew their tokens, and call the service over HTTP."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from livestream.demo.people import Person
from livestream.demo.server import Server

PASSWORD = "demo"  # noqa: S105 - of a benchmark's users
_PATIENCE, _ATTEMPTS = 30, 5
_OVERLOADED = 503


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; `body` is JSON, or None."""

    status: int
    headers: Mapping[str, str]
    body: Any

    @property
    def code(self) -> str:
        """The code of a refusal; empty where it was none."""
        return str(self.body.get("code", "")) if self.status >= 400 and isinstance(self.body, dict) else ""


class Client:
    """One connection that is kept; for one thread. `note(kind, seconds, status)` hears of each call."""

    def __init__(self, *, port: int, note: Callable[[str, float, int], None] | None = None) -> None:
        self._port, self._note = port, note
        self._http = self._connect()

    def _connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self._port, timeout=_PATIENCE)

    def call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        headers: Mapping[str, str] | None = None,
        kind: str = "",
    ) -> Answer:
        """Send a call, and again where the service is overloaded; `body` is bytes, or is sent as JSON.

        `kind` is what its latency is counted as.
        """
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        about = {"Accept": "application/json", **({"Content-Type": "application/json"} if data else {})}
        for attempt in range(_ATTEMPTS):
            began = time.perf_counter()
            answer = self._send(method, path, data, {**about, **(headers or {})})
            if self._note and kind:
                self._note(kind, time.perf_counter() - began, answer.status)
            if answer.status != _OVERLOADED or attempt == _ATTEMPTS - 1:
                break
            time.sleep(int(answer.headers.get("Retry-After", "1")))
        return answer

    def _send(self, method: str, path: str, data: bytes | None, headers: Mapping[str, str]) -> Answer:
        for is_last in (False, True):
            try:
                self._http.request(method, path, data, dict(headers))
                answer = self._http.getresponse()
                text = answer.read()
                break
            except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
                # The server ends connections that were idle, and a request may cross with that.
                self._http.close()
                self._http = self._connect()
                if is_last:
                    raise
        is_json = "json" in answer.headers.get("Content-Type", "") and text
        return Answer(answer.status, answer.headers, json.loads(text) if is_json else None)  # type: ignore[arg-type]


@dataclass(slots=True)
class Member:
    """One user: signed in with a password once, and then with refresh tokens."""

    id: str
    username: str
    port: int
    access: str = ""
    refresh: str = ""
    renew_at: float = 0.0
    ends_at: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def headers(self) -> dict[str, str]:
        """Return the headers that authenticate this user."""
        with self.lock:
            if not self.access or time.monotonic() > self.ends_at:
                self._take("/auth/token", {"username": self.username, "password": PASSWORD})
            elif time.monotonic() > self.renew_at:
                self._take("/auth/token/refresh", {"refresh": self.refresh})
            return {"Authorization": f"Bearer {self.access}"}

    def sign_out(self) -> None:
        """End the sign-in; the next call signs in again."""
        with self.lock:
            if self.access:
                Client(port=self.port).call("POST", "/auth/logout", {"refresh": self.refresh})
                self.access = ""

    def _take(self, path: str, body: dict[str, str]) -> None:
        answer = Client(port=self.port).call("POST", path, body)
        if answer.status != 200:
            self.access = ""
            raise RuntimeError(f"{self.username}: {path} answered {answer.status} {answer.code}")
        self.access, self.refresh = answer.body["access"], answer.body["refresh"]
        self.renew_at = time.monotonic() + answer.body["expires_in"] / 2
        self.ends_at = time.monotonic() + answer.body["refresh_expires_in"] - _PATIENCE / 10


class Player(Person):
    """A member as the demo's scenarios know them, under the name of a part in the story."""

    def __init__(self, *, server: Server, part: str, member: Member) -> None:
        self._member = member
        super().__init__(server=server, name=part)

    def headers(self) -> dict[str, str]:
        """Return the headers that authenticate this user."""
        return self._member.headers()

    def _sign_in(self) -> str:
        return self._member.headers()["Authorization"]
