"""Delivering an event to its effect receivers: one outbox message each, so none can lose another."""

from __future__ import annotations

from livestream import clock
from livestream.events import registry, runs
from livestream.events.registry import Receiver
from livestream.events.signals import DomainSignal, Event
from livestream.models import EventRecord
from livestream.outbox import Delivery, durable, enqueue
from livestream.outbox.performing import attempt


def deliver(*, record: EventRecord, receiver: Receiver) -> None:
    """Store the message that runs an effect receiver; one that waits for the same is not doubled."""
    delivery = Delivery(key=f"{record.position}:{receiver.name}", subject=subject_of(record=record))
    enqueue(run_receiver, delivery, position=record.position, receiver=receiver.key)


@durable()
def deliver_event(*, position: int) -> None:
    """Store one message for each effect receiver that acts on the event at `position`."""
    record, signal, event = _read(position)
    for receiver in registry.acting_receivers(signal, event):
        if receiver.effect:
            deliver(record=record, receiver=receiver)


@durable()
def run_receiver(*, position: int, receiver: str) -> None:
    """Run one effect receiver on the event at `position` of the log."""
    _, _, event = _read(position)
    found = registry.get_receiver(receiver)
    found.function(event)
    runs.record(position=position, receiver=found.name, attempts=attempt(), now=clock.now())


def subject_of(*, record: EventRecord) -> str:
    """Return the id of what an event is about, by which its messages are found."""
    return record.goal_id or record.escrow_id or record.session_id or ""


def _read(position: int) -> tuple[EventRecord, DomainSignal, Event]:
    record = EventRecord.objects.get(position=position)
    signal = DomainSignal.registry[record.name]
    return record, signal, signal.payload.from_json(record.payload)
