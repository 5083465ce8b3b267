"""Delivering an event to its effect receivers, by one outbox message each, and the record of their runs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import BigIntegerField, Value
from django.db.models.functions import Cast

from livestream import clock
from livestream.events import registry
from livestream.events.registry import Receiver
from livestream.events.signals import DomainSignal, Event
from livestream.models import EventRecord, ReceiverRun
from livestream.outbox import Delivery, durable, enqueue, enqueue_all
from livestream.outbox.failures import UnknownToThisRelease
from livestream.outbox.performing import attempt
from livestream.storage.compiled import CompiledQuery

RUNS_PURGED_AT_ONCE = 1000


def deliver(*, record: EventRecord, receiver: Receiver) -> None:
    """Store the message that runs an effect receiver, unless one is pending for the same event and receiver."""
    enqueue(run_receiver, _delivery(record, receiver), position=record.position, receiver=receiver.key)


def deliver_all(*, record: EventRecord, receivers: Sequence[Receiver]) -> None:
    """Store one message for each of these effect receivers of an event that was just published.

    The release that publishes decides which receivers there are; a release that lacks one of them
    leaves its message to one that has it.
    """
    wanted = ({"position": record.position, "receiver": each.key} for each in receivers)
    enqueue_all(run_receiver, zip((_delivery(record, each) for each in receivers), wanted, strict=True))


def _delivery(record: EventRecord, receiver: Receiver) -> Delivery:
    key = f"{record.position}:{receiver.name}"
    return Delivery(key=key, subject=_subject_of(record=record), urgency=receiver.urgency)


@durable()
def deliver_event(*, position: int) -> None:
    """Store the messages of an event's effect receivers; only messages of the previous release call it."""
    record = EventRecord.objects.get(position=position)
    for receiver in registry.acting_receivers(*_revived(record)):
        if receiver.effect:
            deliver(record=record, receiver=receiver)


@durable()
def run_receiver(*, position: int, receiver: str) -> None:
    """Run one effect receiver on the event at `position` of the log, and record the run in its transaction.

    Raises UnknownToThisRelease where this release has no such receiver, or does not know the event.
    """
    found = registry.find_receiver(receiver)
    if found is None:
        raise UnknownToThisRelease(f"This release has no receiver {receiver}.")
    record = _RECORD.first(position=str(position))
    if record is None:
        raise LookupError(f"There is no event at position {position} of the log.")
    _, event = _revived(record)
    found.function(event)
    ReceiverRun.objects.create(position=position, receiver=found.name, attempts=attempt(), finished_at=clock.now())


_RECORD = CompiledQuery(lambda position: EventRecord.objects.filter(position=Cast(Value(position), BigIntegerField())))


def _subject_of(*, record: EventRecord) -> str:
    """Return the id of what an event is about, by which its messages are found."""
    return record.goal_id or record.escrow_id or record.session_id or ""


def _revived(record: EventRecord) -> tuple[DomainSignal, Event]:
    signal = DomainSignal.registry.get(record.name)
    if signal is None:
        raise UnknownToThisRelease(f"This release does not know {record.name}.")
    return signal, signal.payload.from_json(record.payload)


def runs_kept_since(*, now: datetime) -> datetime | None:
    """Return the moment after which all runs are still kept; None where they are never purged."""
    return now - timedelta(days=settings.RETENTION_DAYS) if settings.RETENTION_DAYS else None


def purge_runs(*, now: datetime) -> int:
    """Delete up to 1,000 of the oldest runs, if they are older than RETENTION_DAYS, and return how many.

    Ids grow with time, so the oldest lie together and no index over time is needed.
    """
    since = runs_kept_since(now=now)
    if since is None:
        return 0
    oldest = ReceiverRun.objects.order_by("id").values_list("id", "finished_at")[:RUNS_PURGED_AT_ONCE]
    old = [run_id for run_id, finished_at in oldest if finished_at <= since]
    deleted, _ = ReceiverRun.objects.filter(pk__in=old).delete()
    return deleted
