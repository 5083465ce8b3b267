"""Putting a streamer out of the room when the session ends (seed 000)."""

from __future__ import annotations

from datetime import datetime

from livestream.outbox import external
from sessions_app import selectors
from sessions_app.rtc.contract import Refused
from sessions_app.rtc.providers import get_provider
from sessions_app.services import rtc_calls

BAN = "BanRoomUser"


@external(name=BAN, subject="session_id")
def ban_room_user(now: datetime, *, room_id: str | None, user_id: str, source_id: str, session_id: str) -> None:
    """Put the streamer of an ended session out of its room; raises Unavailable, to be tried again.

    A provider that was away may do it late: who is live again in the same room by then stays.
    `source_id` is stored for people who read the task. Calls the network, and must run outside
    of a transaction.
    """
    room_id = room_id or selectors.room_of(session=selectors.find_session(session_id=session_id))
    live = selectors.active_session_of(streamer_id=user_id)
    if live is not None and selectors.room_of(session=live) == room_id:
        return
    provider = get_provider()
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
