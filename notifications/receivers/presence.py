"""Somebody entered or left a channel (seed 002)."""

from __future__ import annotations

from livestream import clock
from livestream.events import receives
from livestream.events.contracts import CHANNEL_OCCUPIED, CHANNEL_VACATED, ChannelEvent, ChannelOccupied
from notifications.services import tracking, viewer_pushes


@receives(CHANNEL_OCCUPIED, effect=True)
@receives(CHANNEL_VACATED, effect=True)
def track_channel_presence(event: ChannelEvent) -> None:
    signal = CHANNEL_OCCUPIED if isinstance(event, ChannelOccupied) else CHANNEL_VACATED
    tracking.track_channel_presence(name=signal.name, event=event)


def a_viewer_of_a_stream(event: ChannelEvent) -> bool:
    """Only for somebody else than the streamer, on a channel of the stream."""
    watching = event.room in ("stream", "viewer")
    return watching and event.user_id is not None and event.user_id != event.subject_id


@receives(CHANNEL_OCCUPIED, when=a_viewer_of_a_stream, effect=True, news=True)
@receives(CHANNEL_VACATED, when=a_viewer_of_a_stream, effect=True, news=True)
def trigger_user_enter(event: ChannelEvent) -> None:
    entered = isinstance(event, ChannelOccupied)
    name = viewer_pushes.ENTERED if entered else viewer_pushes.LEFT
    viewer_pushes.push_user_enter(name=name, event=event, now=clock.now())
