"""Pushes about a stream (spec section 4).

Viewers hear when it goes live, changes or ends. The streamer hears when viewers enter or leave.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from livestream import clock
from livestream.events.contracts import ChannelEvent, ChannelOccupied, SessionEvent
from livestream.users import names_of
from notifications import channels, payloads
from notifications.push_contracts import PushEvent
from notifications.services import pushes
from notifications.services.pushes import Message
from sessions_app import selectors as sessions
from sessions_app.representation import session_for

ENTERED, LEFT = PushEvent.USER_ENTERED, PushEvent.USER_LEFT
_OF_MANY = {ENTERED: PushEvent.USERS_ENTERED, LEFT: PushEvent.USERS_LEFT}
_FEW = 10
# What a push about many has at most: users, and bytes of them beside its ids.
MOST_USERS = 64
_USERS_BYTES = payloads.LARGEST_DATA_BYTES - 128
_Entry = tuple[ChannelEvent, dict[str, Any]]


def push_livestream(*, name: PushEvent, event: SessionEvent, now: datetime) -> None:
    """Push that a session went live or ended, with its terms as they were at that moment.

    `prices` are coins a minute by quality; clients of the original system read them as `price`.
    """
    terms = {
        "session_id": event.session_id,
        "streamer_id": event.streamer_id,
        "preset": event.preset,
        "prices": event.price,
        "price": event.price,
    }
    _push_session(name=name, event=event, details=terms, now=now)


def push_session_updated(*, event: SessionEvent, now: datetime) -> None:
    """Push the whole session as it stands now."""
    _push_session(name=PushEvent.SESSION_UPDATED, event=event, details={}, now=now)


def _push_session(*, name: PushEvent, event: SessionEvent, details: Mapping[str, Any], now: datetime) -> None:
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


def push_user_enter(*, name: PushEvent, event: ChannelEvent, now: datetime) -> None:
    """Push to the streamer that a viewer entered or left; `at` in unix seconds."""
    ((_, user),) = _entries([event])
    pushes.push_all(messages=[_message(name, event, user)], now=now)


def push_users_enter(*, events: Iterable[ChannelEvent], now: datetime) -> None:
    """Push to the streamers which viewers entered or left; a few are pushed as by `push_user_enter`.

    More than a few are pushed together, as `users.entered` or `users.left` with as many `users` as fit
    into a push; `event_id` is that of the first of them. Such pushes have low priority.
    """
    groups: dict[tuple[str, PushEvent], list[_Entry]] = {}
    for event, user in _entries(list(events)):
        name = ENTERED if isinstance(event, ChannelOccupied) else LEFT
        groups.setdefault((str(event.subject_id), name), []).append((event, user))
    few = [_message(name, *each) for (_, name), group in groups.items() if len(group) <= _FEW for each in group]
    many = [each for (_, name), group in groups.items() if len(group) > _FEW for each in _of_crowd(name, group)]
    pushes.push_all(messages=few, now=now)
    pushes.push_all(messages=many, now=now, bulk=True)


def _entries(events: Sequence[ChannelEvent]) -> list[_Entry]:
    names = names_of(user_ids={str(event.user_id) for event in events})
    return [(event, _user(event, names.get(str(event.user_id), ""))) for event in events]


def _user(event: ChannelEvent, name: str) -> dict[str, Any]:
    at = clock.to_epoch(event.time)
    return {"user_id": event.user_id, "user_name": name, "channel": event.channel, "at": at}


def _of_crowd(name: PushEvent, entries: Iterable[_Entry]) -> Iterator[Message]:
    for page in _pages(entries):
        first, _ = page[0]
        yield _message(_OF_MANY[name], first, {"users": [user for _, user in page]})


def _pages(entries: Iterable[_Entry]) -> Iterator[list[_Entry]]:
    page: list[_Entry] = []
    taken = 0
    for entry in entries:
        size = payloads.size(entry[1]) + 1
        if page and (len(page) == MOST_USERS or taken + size > _USERS_BYTES):
            yield page
            page, taken = [], 0
        page.append(entry)
        taken += size
    if page:
        yield page


def _message(name: PushEvent, first: ChannelEvent, data: dict[str, Any]) -> Message:
    streamer_id = str(first.subject_id)
    return Message(
        channels=[channels.user(streamer_id)], event=name, data=data, subject=streamer_id, event_id=first.event_id
    )
