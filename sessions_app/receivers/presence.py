"""The streamer's own client enters and leaves the stream (seed 002)."""

from __future__ import annotations

from livestream import clock
from livestream.events import receives
from livestream.events.contracts import CHANNEL_OCCUPIED, CHANNEL_VACATED, ChannelEvent, ChannelOccupied
from sessions_app.services import presence


def the_streamer_in_the_own_stream(event: ChannelEvent) -> bool:
    """Only for the streamer on the channel of the own stream."""
    return event.room == "stream" and event.user_id is not None and event.user_id == event.subject_id


@receives(CHANNEL_OCCUPIED, when=the_streamer_in_the_own_stream)
@receives(CHANNEL_VACATED, when=the_streamer_in_the_own_stream)
def trigger_online(event: ChannelEvent) -> None:
    presence.trigger_online(
        streamer_id=str(event.user_id),
        online=isinstance(event, ChannelOccupied),
        at=event.time,
        source=int(event.source),
        now=clock.now(),
    )
