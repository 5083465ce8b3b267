"""Sending webhooks as Pusher does."""

from __future__ import annotations

import json
from itertools import count

from livestream import clock
from notifications.webhook_protocol import sign

KEY, SECRET = "local", "local-secret"
GOAL, USER = "a" * 24, "b" * 24
EVENT = {"name": "member_added", "channel": f"presence-enc-goal@{GOAL}", "user_id": USER}
_distinct = count()


def now_ms(*, ago: float = 0) -> int:
    """Return the time that the service believes it is, `ago` seconds back, in milliseconds."""
    return int((clock.now().timestamp() - ago) * 1000)


def body_of(*events: dict, time_ms: int | None = None) -> bytes:
    """Return the raw body of a webhook of `events`."""
    return json.dumps({"time_ms": now_ms() if time_ms is None else time_ms, "events": list(events)}).encode()


def post(client, body: bytes, *, key: str = KEY, secret: str = SECRET, **headers):
    """POST a body, signed unless the headers say otherwise."""
    signed = {"X-Pusher-Key": key, "X-Pusher-Signature": sign(body=body, secret=secret)} | headers
    present = {name: value for name, value in signed.items() if value is not None}
    return client.post("/notify/pusher", data=body, content_type="application/json", headers=present)


def member(name: str, *, goal_id: str, user_id: str) -> dict:
    """Return the event of a user who enters or leaves a goal's stage; never twice the same."""
    channel = f"presence-enc-goal@{goal_id}"
    return {"name": name, "channel": channel, "user_id": user_id, "n": next(_distinct)}
