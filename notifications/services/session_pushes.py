"""Telling viewers that a stream is there, or is over."""

from __future__ import annotations

from datetime import datetime

from livestream.events.contracts import SessionEvent
from notifications import channels
from notifications.services import pushes

ONLINE = "livestream.online"
OFFLINE = "livestream.offline"


def push_livestream(*, name: str, event: SessionEvent, now: datetime) -> None:
    """Push ONLINE or OFFLINE with the session's terms; `price` is coins a minute by quality."""
    pushes.push(
        channels=channels.targets(event.streamer_id),
        event=name,
        data={
            "session_id": event.session_id,
            "streamer_id": event.streamer_id,
            "preset": event.preset,
            "price": event.price,
        },
        subject=event.session_id,
        event_id=event.event_id,
        now=now,
    )
