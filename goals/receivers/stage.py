"""karaoke_control: the streamer enters and leaves the stage of a goal (seed 002).

The seeds call it after karaoke, where it began; shows and exclusive goals use it as well.
"""

from __future__ import annotations

from goals.services import performance
from livestream import clock
from livestream.events import receives
from livestream.events.contracts import CHANNEL_OCCUPIED, CHANNEL_VACATED, ChannelEvent, ChannelOccupied


def on_a_stage(event: ChannelEvent) -> bool:
    """Only for the channels of goals."""
    return event.room == "goal" and event.subject_id is not None


@receives(CHANNEL_OCCUPIED, when=on_a_stage)
@receives(CHANNEL_VACATED, when=on_a_stage)
def karaoke_control(event: ChannelEvent) -> None:
    performance.mark_stage(
        goal_id=str(event.subject_id),
        user_id=event.user_id,
        at=event.time,
        joined=isinstance(event, ChannelOccupied),
        source=event.source,
        now=clock.now(),
    )
