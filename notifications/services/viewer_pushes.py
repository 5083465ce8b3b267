"""Telling a streamer who comes to watch and who leaves (spec section 4)."""

from __future__ import annotations

from datetime import datetime

from livestream import clock
from livestream.events.contracts import ChannelEvent
from notifications import channels
from notifications.services import pushes

ENTERED = "user.entered"
LEFT = "user.left"


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
