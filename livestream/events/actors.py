"""Effect receivers run here: one outbox message a receiver, so none can lose another."""

from __future__ import annotations

from livestream import clock
from livestream.events import registry, runs
from livestream.events.delivering import deliver
from livestream.events.signals import DomainSignal, Event
from livestream.models import EventRecord
from livestream.outbox import durable
from livestream.outbox.performing import attempt


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


def _read(position: int) -> tuple[EventRecord, DomainSignal, Event]:
    record = EventRecord.objects.get(position=position)
    signal = DomainSignal.registry[record.name]
    return record, signal, signal.payload.from_json(record.payload)
