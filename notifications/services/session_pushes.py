"""Pushes about a stream (spec section 4).

Viewers hear when it goes live, changes or ends. The streamer hears when viewers enter or leave.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from livestream import clock
from livestream.events.contracts import ChannelEvent, ChannelOccupied, SessionEvent
from notifications import channels
from notifications.services import pushes
from notifications.services.pushes import Message
from sessions_app import selectors as sessions
from sessions_app.representation import session_for

ONLINE = "livestream.online"
OFFLINE = "livestream.offline"
UPDATED = "session.updated"
ENTERED = "user.entered"
LEFT = "user.left"
_OF_MANY = {ENTERED: "users.entered", LEFT: "users.left"}
_FEW = 10
# A user takes up to 150 bytes of a push, which has at most 10 KB.
_MOST_USERS = 64


def push_livestream(*, name: str, event: SessionEvent, now: datetime) -> None:
    """Push ONLINE or OFFLINE with the session's terms; `price` is coins a minute by quality."""
    terms = {
        "session_id": event.session_id,
        "streamer_id": event.streamer_id,
        "preset": event.preset,
        "price": event.price,
    }
    _push_session(name=name, event=event, details=terms, now=now)


def push_session_updated(*, event: SessionEvent, now: datetime) -> None:
    """Push UPDATED with the whole session as it stands now."""
    _push_session(name=UPDATED, event=event, details={}, now=now)


def _push_session(*, name: str, event: SessionEvent, details: Mapping[str, Any], now: datetime) -> None:
    """Push the public session to the audience, and the full session to its streamer."""
    session = sessions.get_session(session_id=event.session_id)
    seen_by = (
        (channels.audience(event.streamer_id), None),
        ([channels.user(event.streamer_id)], session.streamer),
    )
    messages = [
        pushes.Message(
            channels=names,
            event=name,
            data={**details, "session": session_for(session, viewer=viewer)},
            subject=event.session_id,
            event_id=event.event_id,
        )
        for names, viewer in seen_by
    ]
    pushes.push_all(messages=messages, now=now)


def push_user_enter(*, name: str, event: ChannelEvent, now: datetime) -> None:
    """Push to the streamer that a viewer entered or left; `at` in unix seconds."""
    pushes.push_all(messages=[_of_one(name, event)], now=now)


def push_users_enter(*, events: Iterable[ChannelEvent], now: datetime) -> None:
    """Push to the streamers which viewers entered or left; a few are pushed as by `push_user_enter`.

    More than a few are pushed together, as `users.entered` or `users.left` with as many `users` as fit
    into a push; `event_id` is that of the first of them. Such pushes have low priority.
    """
    groups: dict[tuple[str, str], list[ChannelEvent]] = {}
    for event in events:
        name = ENTERED if isinstance(event, ChannelOccupied) else LEFT
        groups.setdefault((str(event.subject_id), name), []).append(event)
    few = [_of_one(name, event) for (_, name), group in groups.items() if len(group) <= _FEW for event in group]
    many = [each for (_, name), group in groups.items() if len(group) > _FEW for each in _of_crowd(name, group)]
    pushes.push_all(messages=few, now=now)
    pushes.push_all(messages=many, now=now, bulk=True)


def _of_one(name: str, event: ChannelEvent) -> Message:
    return _message(name, event, _user(event))


def _of_crowd(name: str, events: Sequence[ChannelEvent]) -> Iterator[Message]:
    for start in range(0, len(events), _MOST_USERS):
        together = events[start : start + _MOST_USERS]
        yield _message(_OF_MANY[name], together[0], {"users": [_user(event) for event in together]})


def _message(name: str, first: ChannelEvent, data: dict[str, Any]) -> Message:
    streamer_id = str(first.subject_id)
    return Message(
        channels=[channels.user(streamer_id)], event=name, data=data, subject=streamer_id, event_id=first.event_id
    )


def _user(event: ChannelEvent) -> dict[str, Any]:
    return {"user_id": event.user_id, "channel": event.channel, "at": clock.to_epoch(event.time)}
