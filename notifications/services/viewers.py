"""Viewers who enter and leave: analytics, and pushes to the streamer.

A viewer's presence is not a lifecycle event, so it is not appended to the event log. The webhook is its only
record.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from livestream.events import registry
from livestream.events.contracts import ChannelEvent
from livestream.events.registry import Receiver
from livestream.events.signals import DomainSignal
from notifications.services import session_pushes, tracking

_TRACKED, _PUSHED = "track_channel_presence", "trigger_user_enter"
_HANDLED_HERE = frozenset({_TRACKED, _PUSHED})


def without_other_receivers(*, events: Sequence[ChannelEvent]) -> list[ChannelEvent]:
    """Return the events, in order, on which no receivers act other than the two that `handle` replaces."""
    return [event for event, names in _acting(events) if _HANDLED_HERE.issuperset(names)]


def handle(*, events: Sequence[ChannelEvent], now: datetime, news: bool = True) -> None:
    """Do the work of the two receivers for all events at once, in the caller's transaction.

    Without `news` nothing is pushed. The caller makes sure that each webhook is handled once. A test compares
    this with the receivers.
    """
    acting = _acting(events)
    tracking.track_presence_of_many(events=[event for event, names in acting if _TRACKED in names])
    if news:
        session_pushes.push_users_enter(events=[event for event, names in acting if _PUSHED in names], now=now)


def _acting(events: Sequence[ChannelEvent]) -> list[tuple[ChannelEvent, set[str]]]:
    # A page has a thousand events of two classes; receivers are looked up once for each class.
    by_class: dict[type[ChannelEvent], list[Receiver]] = {}
    for event in events:
        by_class.setdefault(type(event), registry.receivers_of(DomainSignal.of(event)))
    return [(event, {each.name for each in by_class[type(event)] if each.acts_on(event)}) for event in events]
