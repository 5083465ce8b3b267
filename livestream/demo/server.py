"""The HTTP client of the demo, which retries while the server is unavailable."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, TypeVar

import requests

from livestream.demo.errors import DemoFailed, NoServer
from livestream.demo.story import Story

MAX_OUTAGE_SECONDS = 60.0
_POLL_SECONDS = 0.1
_TIMEOUT_SECONDS = 30.0


class Unavailable(Exception):
    """The server answers, but its database or its broker does not."""


_AWAY = (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError, Unavailable)

Body = dict[str, Any]
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the HTTP status, the JSON object, and the headers."""

    status: int
    body: Body = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def code(self) -> str:
        """The code of a refusal; empty where it was none."""
        return str(self.body.get("code", "")) if self.status >= 400 else ""


@dataclass(frozen=True, slots=True)
class Call:
    """One request. `already` looks, after an outage, whether it was carried out before.

    It is for calls that would do their work twice; those with a key of their own need none.
    """

    method: str
    path: str
    data: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    already: Callable[[], Body | None] | None = None


class Server:
    """Sends calls, and sends them again while the server is away or restarting."""

    def __init__(self, *, address: str, story: Story) -> None:
        self.address = address
        self._story = story
        self._http = requests.Session()
        self._http.trust_env = False  # a proxy has no business between this machine and itself
        self._away_since: float | None = None
        self._seconds_away = 0.0

    def greet(self) -> None:
        """Make sure that a server answers and is ready; raises NoServer at once where none does."""
        try:
            self._once(Call("GET", "/healthz"))
        except _AWAY as error:
            hint = "Start it with `make run` in another terminal, with the same PORT."
            raise NoServer(f"No server answers at {self.address}. {hint}") from error
        self.send(Call("GET", "/readyz"))

    def close(self) -> None:
        """Give the connection back."""
        self._http.close()

    def send(self, call: Call) -> Answer:
        """Send until the server answers, for at most 60 seconds of silence; raises NoServer."""
        while True:
            try:
                answer = self._once(call)
            except _AWAY:
                self._wait()
            else:
                self._note_return()
                return answer
            if call.already and (body := call.already()) is not None:
                return Answer(200, body)

    def until(self, condition: Callable[[], Found], *, what: str, seconds: float = 30) -> Found:
        """Poll until `condition` returns something true, and return that.

        Raises DemoFailed after `seconds`, not counting those in which the server was unavailable.
        """
        began, away_before = time.monotonic(), self._seconds_away
        while not (found := condition()):
            waited = time.monotonic() - began - (self._seconds_away - away_before)
            if waited > seconds:
                raise DemoFailed(f"Waited {seconds:.0f} seconds in vain for {what}.")
            time.sleep(_POLL_SECONDS)
        return found

    def _once(self, call: Call) -> Answer:
        response = self._http.request(
            call.method,
            self.address + call.path,
            data=call.data,
            headers={"Content-Type": "application/json", "X-Client-Id": "demo", **call.headers},
            timeout=_TIMEOUT_SECONDS,
        )
        if response.status_code == HTTPStatus.SERVICE_UNAVAILABLE:
            raise Unavailable
        is_json = "json" in response.headers.get("Content-Type", "")
        return Answer(response.status_code, response.json() if is_json else {}, response.headers)

    def _wait(self) -> None:
        now = time.monotonic()
        if self._away_since is None:
            self._away_since = now
            self._story.aside(f"the server does not answer; waiting up to {MAX_OUTAGE_SECONDS:.0f} s for its return")
        if now - self._away_since > MAX_OUTAGE_SECONDS:
            raise NoServer(f"The server at {self.address} went away and did not return.")
        time.sleep(_POLL_SECONDS)

    def _note_return(self) -> None:
        if self._away_since is not None:
            away = time.monotonic() - self._away_since
            self._seconds_away += away
            self._away_since = None
            self._story.aside(f"the server is back after {away:.1f} s")
