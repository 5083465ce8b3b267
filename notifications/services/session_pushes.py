"""Pushes about a stream (spec section 4).

Viewers are told when it goes live or ends. Its streamer is told when a viewer enters or leaves.
"""

from __future__ import annotations

from datetime import datetime

from livestream import clock
from livestream.events.contracts import ChannelEvent, SessionEvent
from notifications import channels
from notifications.services import pushes

ONLINE = "livestream.online"
OFFLINE = "livestream.offline"
ENTERED = "user.entered"
LEFT = "user.left"


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


def push_user_enter(*, name: str, event: ChannelEvent, now: datetime) -> None:
    """Push to the streamer that a viewer entered or left; `at` in unix seconds."""
    pushes.push(
        channels=[channels.user(str(event.subject_id))],
        event=name,
        data={"user_id": event.user_id, "channel": event.channel, "at": clock.to_epoch(event.time)},
        subject=str(event.subject_id),
        event_id=event.event_id,
        now=now,
    )
