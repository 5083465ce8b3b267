"""The HTTP API of a server, through the `pusher` package."""

from __future__ import annotations

from typing import Any

import pusher
import requests
from pusher.http import POST, Request

from livestream.realtime_server.server import RealtimeServer


class Rest(pusher.Pusher):
    """The package itself, with the calls that it lacks or that it sends to a wrong address."""

    def __init__(self, server: RealtimeServer, *, secret: str = "secret") -> None:  # noqa: S107 - of tests
        super().__init__("7", "key", secret, host="127.0.0.1", port=server.port, ssl=False)

    def terminate(self, user_id: str) -> Any:
        return self.post(f"/apps/7/users/{user_id}/terminate_connections", {})

    def post(self, path: str, body: dict[str, Any]) -> Any:
        """Send a signed request."""
        return self._pusher_client.http.send_request(Request(self._pusher_client, POST, path, body))

    def status(self, method: str, path: str, params: dict[str, Any]) -> tuple[int, str]:
        """Return the status and the text of an answer, whatever it is."""
        made = Request(self._pusher_client, method, path, params)
        answer = requests.request(method, made.url, data=made.body, headers=made.headers, timeout=20)
        return answer.status_code, answer.text
