"""What follows when viewers enter and leave: analytics, and pushes to the streamer.

A viewer's presence is no lifecycle event. It is not appended to the event log, and is gone with its webhook.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from livestream.events import registry
from livestream.events.contracts import ChannelEvent
from livestream.events.registry import Receiver
from livestream.events.signals import DomainSignal
from notifications.services import session_pushes, tracking

_TRACKED, _TOLD = "track_channel_presence", "trigger_user_enter"
_DONE_HERE = frozenset({_TRACKED, _TOLD})


def only_theirs(*, events: Sequence[ChannelEvent]) -> list[ChannelEvent]:
    """Return the events on which no receiver acts but the two whose work `follow` does, in their order."""
    return [event for event, names in _acting(events) if _DONE_HERE.issuperset(names)]


def follow(*, events: Sequence[ChannelEvent], now: datetime, news: bool = True) -> None:
    """Do the work of the two receivers for all events at once; a test compares this with the receivers.

    Without `news` nothing is pushed. It is part of the caller's transaction, and the caller sees to it
    that each webhook is processed once.
    """
    acting = _acting(events)
    tracking.track_presence_of_many(events=[event for event, names in acting if _TRACKED in names])
    if news:
        session_pushes.push_users_enter(events=[event for event, names in acting if _TOLD in names], now=now)


def _acting(events: Sequence[ChannelEvent]) -> list[tuple[ChannelEvent, set[str]]]:
    # A page has a thousand events of two classes: the receivers are looked up once for each class.
    by_class: dict[type[ChannelEvent], list[Receiver]] = {}
    for event in events:
        by_class.setdefault(type(event), registry.receivers_of(DomainSignal.of(event)))
    return [(event, {each.name for each in by_class[type(event)] if each.acts_on(event)}) for event in events]
