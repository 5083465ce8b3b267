"""The actors that ask the RTC provider, under the names of the seeds and of the vendor."""

from __future__ import annotations

from livestream import clock
from livestream.outbox import external
from sessions_app.rtc.providers import get_provider
from sessions_app.services import banning, recording


@external()
def BanRoomUser(*, room_id: str | None, user_id: str, source_id: str, session_id: str) -> None:  # noqa: N802
    """Put the streamer of an ended session out of the room (seed 000)."""
    banning.ban_room_user(
        room_id=room_id,
        user_id=user_id,
        session_id=session_id,
        provider=get_provider(),
        now=clock.now(),
    )


@external()
def StartRecord(*, goal_id: str, session_id: str, streamer_id: str) -> None:  # noqa: N802
    """Start recording a show, where that is still wanted."""
    recording.start_record(
        goal_id=goal_id,
        session_id=session_id,
        streamer_id=streamer_id,
        provider=get_provider(),
        now=clock.now(),
    )


@external()
def StopRecord(*, goal_id: str, session_id: str, streamer_id: str) -> None:  # noqa: N802
    """Stop recording a show."""
    recording.stop_record(
        goal_id=goal_id,
        session_id=session_id,
        streamer_id=streamer_id,
        provider=get_provider(),
        now=clock.now(),
    )
