"""Webhooks made by hand: where there is no realtime server, they report who enters and leaves which channel."""

from __future__ import annotations

import hashlib
import hmac
import json
import time

from livestream.demo.errors import Refused
from livestream.demo.server import Call, Server


class WebhookStage:
    """A stage without channels: it sends webhooks as Pusher Channels does, and can repeat the last one."""

    def __init__(self, *, server: Server, key: str, secret: str) -> None:
        self._server = server
        self._key = key
        self._secret = secret
        self._last = b""

    def enters(self, *, goal_id: str, user_id: str) -> None:
        """Report that a user entered the stage of a goal, just now."""
        self._report("member_added", f"presence-enc-goal@{goal_id}", user_id)

    def leaves(self, *, goal_id: str, user_id: str) -> None:
        """Report that a user left it."""
        self._report("member_removed", f"presence-enc-goal@{goal_id}", user_id)

    def enters_stream(self, *, streamer_id: str) -> None:
        """Report that a streamer entered the channel of their own stream, the stage of a private show."""
        self._report("member_added", f"presence-stream@{streamer_id}", streamer_id)

    def leaves_stream(self, *, streamer_id: str) -> None:
        """Report that a streamer left it."""
        self._report("member_removed", f"presence-stream@{streamer_id}", streamer_id)

    def repeats(self) -> None:
        """Send the last webhook again, byte for byte, as Pusher does when it is not sure."""
        signature = hmac.new(self._secret.encode(), self._last, hashlib.sha256).hexdigest()
        headers = {"X-Pusher-Key": self._key, "X-Pusher-Signature": signature}
        answer = self._server.send(Call("POST", "/notify/pusher", self._last, headers))
        if answer.status != 200:
            raise Refused(f"The webhook was refused: {answer.status} {answer.code}")

    def close(self) -> None:
        """There is no connection to close."""

    def _report(self, name: str, channel: str, user_id: str) -> None:
        event = {"name": name, "channel": channel, "user_id": user_id}
        body = {"time_ms": time.time_ns() // 1_000_000, "events": [event]}
        self._last = json.dumps(body).encode()
        self.repeats()
