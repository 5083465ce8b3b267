"""Putting a streamer out of the room when the session ends (seed 000)."""

from __future__ import annotations

from datetime import datetime

from sessions_app import selectors
from sessions_app.rtc.contract import Refused, RtcProvider
from sessions_app.services import rtc_calls

BAN = "BanRoomUser"


def ban_room_user(*, room_id: str | None, user_id: str, session_id: str, provider: RtcProvider, now: datetime) -> None:
    """Put the streamer of an ended session out of its room; raises Unavailable, to be tried again.

    A provider that was away may do it late: who is live again in the same room by then stays.
    """
    room_id = room_id or selectors.room_of(session=selectors.find_session(session_id=session_id))
    live = selectors.active_session_of(streamer_id=user_id)
    if live is not None and selectors.room_of(session=live) == room_id:
        return
    try:
        rtc_calls.make_call(
            action=BAN,
            provider=provider,
            ask=provider.ban_room_user,
            subject=session_id,
            now=now,
            room_id=room_id,
            user_id=user_id,
        )
    except Refused as error:
        rtc_calls.note_refusal(action=BAN, subject=session_id, error=error)
