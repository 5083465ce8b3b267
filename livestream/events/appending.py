"""Appending many events to the log at once, for a caller that does the work of their receivers itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import connection, transaction

from livestream import codec, context
from livestream.events import registry
from livestream.events.signals import DomainSignal, Event
from livestream.models import EventRecord, ReceiverRun

# With the ORM an event and its two runs take ten times as long. A page of events is one JSON
# parameter, because most of the time was spent adapting single values.
_APPEND = """
    WITH said AS MATERIALIZED (
        SELECT * FROM jsonb_to_recordset(%s::jsonb)
            AS each (event_id text, name text, user_id text, payload jsonb, ran jsonb)
    ), logged AS (
        INSERT INTO livestream_eventrecord
            (event_id, name, payload, user_id, triggerer, request_id, occurred_at)
        SELECT event_id, name, payload, user_id, %s, %s, %s FROM said
        RETURNING position, event_id
    )
    INSERT INTO livestream_receiverrun (position, receiver, attempts, finished_at)
    SELECT position, receiver, 1, %s
    FROM logged JOIN said USING (event_id), jsonb_array_elements_text(ran) AS receiver
"""


def receivers_by_event(*, events: Sequence[Event]) -> list[tuple[str, ...]]:
    """Return, for each event, the names of the receivers that act on it, in the order of their declaration."""
    by_class = {kind: registry.receivers_of(DomainSignal.of(event)) for kind, event in _one_of_each(events).items()}
    return [tuple(each.name for each in by_class[type(event)] if each.acts_on(event)) for event in events]


def append_all(*, events: Sequence[Event], ran: Sequence[Sequence[str]], now: datetime) -> None:
    """Append events to the log, in order, and record which receivers ran on each (`ran`, by name).

    No receiver is called: the caller does their work for all events at once, in the same
    transaction. A replay of one of the events runs its receivers, as for any other event. Raises
    TransactionManagementError outside of a transaction.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("appending events needs an open transaction")
    if events:
        append = by_statement if connection.vendor == "postgresql" else by_orm
        append(events=events, ran=ran, now=now)


def by_statement(*, events: Sequence[Event], ran: Sequence[Sequence[str]], now: datetime) -> None:
    """Append with one PostgreSQL statement."""
    names = _names(events)
    said = [
        {
            "event_id": event.event_id,
            "name": names[type(event)],
            "user_id": getattr(event, "user_id", None),
            "payload": event.members(),
            "ran": receivers,
        }
        for event, receivers in zip(events, ran, strict=True)
    ]
    about = (context.client_id(), context.request_id())
    with connection.cursor() as cursor:
        cursor.execute(_APPEND, [codec.dump(said), *about, now, now])


def by_orm(*, events: Sequence[Event], ran: Sequence[Sequence[str]], now: datetime) -> None:
    """Append like `by_statement`, on any database."""
    names = _names(events)
    records = EventRecord.objects.bulk_create([_record(names[type(event)], event, now) for event in events])
    runs = [
        ReceiverRun(position=record.position, receiver=receiver, attempts=1, finished_at=now)
        for record, receivers in zip(records, ran, strict=True)
        for receiver in receivers
    ]
    ReceiverRun.objects.bulk_create(runs)


def _names(events: Sequence[Event]) -> Mapping[type[Event], str]:
    return {kind: DomainSignal.of(event).name for kind, event in _one_of_each(events).items()}


def _one_of_each(events: Sequence[Event]) -> Mapping[type[Event], Event]:
    return {type(event): event for event in events}


def _record(name: str, event: Event, now: datetime) -> EventRecord:
    return EventRecord(
        event_id=event.event_id,
        name=name,
        payload=event.as_json(),
        user_id=getattr(event, "user_id", None),
        triggerer=context.client_id(),
        request_id=context.request_id(),
        occurred_at=now,
    )
