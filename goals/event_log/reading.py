"""The events of the log that concern one person, from any cursor."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection
from django.db.models import CharField, Exists, F, Max, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Concat

from goals import sql
from livestream.events.contracts import (
    ESCROW_COMPLETED,
    ESCROW_COMPLETED_INDIVIDUAL,
    ESCROW_REFUNDED,
    GOAL_ADDED,
    GOAL_AGREED,
    GOAL_COMPLETED,
    GOAL_CREATED,
    GOAL_ENDED,
    GOAL_PROGRESSED,
    GOAL_STARTED,
)
from livestream.models import EventRecord
from wallet import transfer_ids
from wallet.models import EarlyRefund, Transfer

NAMES = [
    signal.name
    for signal in (
        GOAL_CREATED,
        GOAL_ADDED,
        GOAL_STARTED,
        GOAL_PROGRESSED,
        GOAL_COMPLETED,
        GOAL_AGREED,
        GOAL_ENDED,
        ESCROW_COMPLETED_INDIVIDUAL,
        ESCROW_COMPLETED,
        ESCROW_REFUNDED,
    )
]


@dataclass(frozen=True, slots=True, order=True)
class Cursor:
    """A place in the log: the transaction that wrote the last event seen, and its position."""

    transaction: int = 0
    position: int = 0

    def __str__(self) -> str:
        return f"{self.transaction}.{self.position}"


def events_after(*, user_id: str, cursor: Cursor, limit: int) -> list[EventRecord]:
    """Return the next events of goals that the user runs or paid for.

    A client that continues from the last cursor misses none: events of transactions that are
    still open, and all that began after those, are left for the next call.
    """
    rows = settled_after(cursor)
    held = Transfer.objects.filter(debit_id=user_id, kind=Transfer.Kind.HOLD).order_by()
    mine = rows.filter(user_id=user_id)[:limit]
    paid = rows.filter(escrow_id__in=held.values("credit_id").distinct())
    found = {row.position: row for row in (*mine, *paid.filter(_concerns(user_id))[:limit])}
    return sorted(found.values(), key=cursor_of)[:limit]


def end_of_log() -> Cursor:
    """Return the place after all events that are settled now: a client that reads on from it gets only later ones."""
    if connection.vendor == "postgresql":
        return Cursor(sql.call_oldest_open_transaction())
    return Cursor(position=EventRecord.objects.aggregate(last=Max("position"))["last"] or 0)


def cursor_of(record: EventRecord) -> Cursor:
    """Return the place of an event in the log."""
    return Cursor(record.transaction, record.position)


def settled_after(cursor: Cursor) -> QuerySet[EventRecord]:
    """Return the events of goals and escrows that come after the cursor, without those that wait for a transaction."""
    later = Q(transaction__gt=cursor.transaction) | Q(transaction=cursor.transaction, position__gt=cursor.position)
    rows = EventRecord.objects.filter(later, transaction__gte=cursor.transaction, name__in=NAMES)
    # Looked up once: two queries with horizons of their own would leave a gap between them.
    if connection.vendor == "postgresql":
        rows = rows.filter(transaction__lt=sql.call_oldest_open_transaction())
    return rows.order_by("transaction", "position")


def _concerns(user_id: str) -> Q:
    """Return which events concern a payer: all events, except refunds that gave nothing back to them."""
    early = Q(payload__early=True)
    batch = EarlyRefund.objects.filter(batch=OuterRef("event_id"), payer_id=user_id, amount__gt=F("kept"))
    # A refund of the whole escrow skips payers who were given everything back before.
    prefix, suffix = transfer_ids.refund_prefix("|").split("|")
    transfer_id = Concat(Value(prefix), OuterRef("escrow_id"), Value(suffix + user_id), output_field=CharField())
    within = Q(payload__first_payer__lte=user_id, payload__last_payer__gte=user_id)
    whole = ~early & within & Q(Exists(Transfer.objects.filter(pk=transfer_id)))
    return early & Q(Exists(batch)) | whole | ~Q(name=ESCROW_REFUNDED.name)
