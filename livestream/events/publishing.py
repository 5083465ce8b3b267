"""Publishing: append to the log, run the state receivers, store a message for each effect receiver."""

from __future__ import annotations

from django.db import transaction

from livestream import clock, context
from livestream.events.delivering import deliver_all
from livestream.events.registry import acting_receivers
from livestream.events.signals import DomainSignal, Event
from livestream.models import EventRecord


def publish(signal: DomainSignal, event: Event) -> EventRecord:
    """Log `event`, run its state receivers and store a message for each effect receiver.

    All of it is part of the caller's open transaction: all of it commits, or none does.
    Raises TypeError for a payload of another event, TransactionManagementError outside one.
    """
    if type(event) is not signal.payload:
        raise TypeError(f"{signal!r} takes {signal.payload.__name__}, not {type(event).__name__}")
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError(f"{signal!r} needs an open transaction")
    record = _append(signal, event)
    deliver_all(record=record, receivers=[each for each in acting_receivers(signal, event) if each.effect])
    signal.send(sender=type(event), event=event)
    return record


def _append(signal: DomainSignal, event: Event) -> EventRecord:
    streamer = getattr(event, "streamer_id", None)
    return EventRecord.objects.create(
        event_id=event.event_id,
        name=signal.name,
        payload=event.as_json(),
        goal_id=getattr(event, "goal_id", None),
        session_id=getattr(event, "session_id", None),
        user_id=getattr(event, "user_id", None) or streamer,
        escrow_id=getattr(event, "escrow_id", None),
        triggerer=getattr(event, "triggerer", None) or context.client_id(),
        request_id=context.request_id(),
        occurred_at=clock.now(),
    )
