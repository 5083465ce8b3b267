"""Replaying: running the receivers of a stored event again, which is safe for each of them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from livestream import clock
from livestream.errors import NotFound, Unprocessable
from livestream.events import registry
from livestream.events.delivering import deliver
from livestream.events.registry import Receiver
from livestream.events.signals import DomainSignal, Event
from livestream.models import EventRecord
from livestream.storage.conflicts import retried
from livestream.storage.keyset import last_before

# A transaction that stays open writes its events later than they happened, by less than this.
_SLACK = timedelta(hours=1)


class EventNotFound(NotFound):
    """The log holds no such event."""

    code = "event_not_found"
    title = "No such event"


class UnknownEvent(Unprocessable):
    """The event is of a kind that this release does not know."""

    code = "unknown_event"
    title = "This release does not know the event"


class UnknownReceiver(Unprocessable):
    """No event has a receiver of this name."""

    code = "unknown_receiver"
    title = "No such receiver"


@retried
def replay_event(*, event_id: str, receivers: Collection[str] | None = None) -> int:
    """Run the receivers of a stored event again, all or the named ones, and return how many.

    State receivers run here, in one transaction; with it, each effect receiver gets an outbox
    message, as when the event was published. Receivers return on goal types that are not
    theirs. A receiver of news is left out for an old event, unless it is named. Raises EventNotFound,
    UnknownEvent, UnknownReceiver.
    """
    refuse_unknown(receivers=receivers or ())
    record = EventRecord.objects.filter(event_id=event_id).first()
    if record is None:
        raise EventNotFound("The log holds no event {event_id}.", given={"event_id": event_id})
    event = revive(record=record)
    with transaction.atomic():
        chosen = receivers_to_replay(record=record, event=event, receivers=receivers)
        # Messages first, as when publishing: a worker that has one locked may wait for a goal.
        for receiver in sorted(chosen, key=lambda each: not each.effect):
            deliver(record=record, receiver=receiver) if receiver.effect else receiver.function(event)
    return len(chosen)


def receivers_to_replay(
    *, record: EventRecord, event: Event, receivers: Collection[str] | None = None
) -> list[Receiver]:
    """Return the receivers that a replay of this event runs, in the order of their declaration."""
    acting = registry.acting_receivers(DomainSignal.registry[record.name], event)
    if receivers is not None:
        return [each for each in acting if each.name in receivers]
    stale = record.occurred_at <= clock.now() - timedelta(seconds=settings.REPLAY_NEWS_MAX_AGE)
    return [each for each in acting if not (each.news and stale)]


def revive(*, record: EventRecord) -> Event:
    """Return the payload of a stored event; raises UnknownEvent."""
    signal = DomainSignal.registry.get(record.name)
    if signal is None:
        raise UnknownEvent("This release does not know {name}.", given={"name": record.name})
    return signal.payload.from_json(record.payload)


def refuse_unknown(*, receivers: Collection[str]) -> None:
    """Raise UnknownReceiver where a name is no receiver's."""
    known = {each.name for each in registry.all_receivers()}
    if unknown := sorted(set(receivers) - known):
        raise UnknownReceiver(
            "No receiver is called {names}; see manage.py signal_matrix.", given={"names": ", ".join(unknown)}
        )


def position_before(*, at: datetime) -> int:
    """Return a position up to which all events happened before `at`, 0 where there is none.

    An event with a lower position was written earlier, and so happened at most `_SLACK` later.
    """
    last = last_before(model=EventRecord, field="occurred_at", at=at - _SLACK)
    return last.first() or 0
