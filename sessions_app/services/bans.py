"""BanRoomUser: removing streamers when a goal or session ends, and viewers who lose access (seed 000, spec 5, 6)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from livestream.events.contracts import EXCLUSIVE, SHOW, TRIGGER_PRIVATE
from livestream.outbox import Delivery, Urgency, enqueue, external
from sessions_app import selectors
from sessions_app.models import Session, Source
from sessions_app.rtc.contract import Refused
from sessions_app.rtc.providers import get_provider
from sessions_app.services import rtc_calls

BAN = "BanRoomUser"
# The goals that are performed in a room of their own.
IN_ROOMS = frozenset({SHOW, TRIGGER_PRIVATE, EXCLUSIVE})
# How long a streamer's token for a room is valid.
_LONGEST_TOKEN = timedelta(hours=1)


def ban_streamer(*, session: Session, now: datetime) -> None:
    """Remove the streamer of an ended session from its room, and from the rooms of its ended paid goals.

    A goal that is still performed continues in its room; `ban_from_goal_room` removes the streamer later.
    Nothing happens for a streamer without a BytePlus source. It is part of the caller's transaction.
    """
    ended = session.goals.filter(type__in=IN_ROOMS, ended_at__gt=now - _LONGEST_TOKEN).exclude(started_at=None)
    for goal_id in (None, *ended.order_by("ended_at", "id").values_list("id", flat=True)):
        _enqueue(session=session, goal_id=goal_id, user_id=session.streamer_id)


def ban_from_goal_room(*, session: Session, goal_id: str) -> None:
    """Remove the streamer from the room of an ended goal; part of the caller's transaction."""
    _enqueue(session=session, goal_id=goal_id, user_id=session.streamer_id)


def ban_viewer(*, session: Session, goal_id: str | None, user_id: str, until: datetime) -> None:
    """Ban a viewer from the session's room, or a goal's, `until` their tokens have expired.

    Nothing happens for a streamer without a BytePlus source. It is part of the caller's transaction.
    """
    _enqueue(session=session, goal_id=goal_id, user_id=user_id, until=until)


def _enqueue(*, session: Session, goal_id: str | None, user_id: str, until: datetime | None = None) -> None:
    source = selectors.first_source_of(user_id=session.streamer_id, provider=Source.BYTEPLUS)
    if source is None:
        return
    # A worker of the previous release does not know `until`, so it is passed only if there is one.
    named: dict[str, Any] = {} if until is None else {"until": until}
    enqueue(
        ban_room_user,
        Delivery(key=f"{goal_id or session.id}:{user_id}", pending="replace"),
        room_id=selectors.room_of(session=session, goal_id=goal_id),
        user_id=user_id,
        source_id=source.id,
        session_id=session.id,
        **named,
    )


@external(name=BAN, urgency=Urgency.LIFECYCLE, subject="session_id")
def ban_room_user(
    now: datetime,
    *,
    room_id: str | None,
    user_id: str,
    source_id: str,
    session_id: str,
    until: datetime | None = None,
) -> None:
    """Remove a user from a room, and ban them `until` a moment; raises Unavailable, to be tried again.

    It may run late, after the provider was unavailable. A streamer who is live again in the same room
    is then not removed, and no ban lasts longer than `until`. `source_id` is stored
    for people who read the task. It calls the network, and must run outside of a transaction.
    """
    room_id = room_id or selectors.room_of(session=selectors.find_session(session_id=session_id))
    live = selectors.active_session_of(streamer_id=user_id)
    if live is not None and selectors.room_of(session=live) == room_id:
        return
    seconds = int((until - now).total_seconds()) if until else 0
    if until and seconds <= 0:
        return
    provider = get_provider()
    try:
        rtc_calls.make_call(
            action=BAN,
            provider=provider,
            method=provider.ban_room_user,
            subject=session_id,
            now=now,
            room_id=room_id,
            user_id=user_id,
            seconds=seconds,
        )
    except Refused as error:
        rtc_calls.log_refusal(action=BAN, subject=session_id, error=error)
