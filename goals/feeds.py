"""What happened to somebody: the log, as one person may read it on from any point."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from goals import privacy, sql
from goals.representations import event_payload
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
from wallet.models import Transfer

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
# What a payload says of others: not for whoever only paid.
_OF_OTHERS = (*privacy.OF_PAYERS, "amount", "first_payer", "last_payer", "transfer_id", "user_id")


@dataclass(frozen=True, slots=True, order=True)
class Cursor:
    """A place in the log: the transaction that wrote the last event seen, and its position."""

    transaction: int = 0
    position: int = 0

    def __str__(self) -> str:
        return f"{self.transaction}.{self.position}"


def events_after(*, user_id: str, cursor: Cursor, limit: int) -> list[EventRecord]:
    """Return the next events of goals that the user runs or paid for.

    Whoever reads on from the last one's cursor misses none: events of transactions that are
    still open, and all that began after those, are left for the next time.
    """
    rows = _settled_after(cursor)
    held = Transfer.objects.filter(debit_id=user_id, kind=Transfer.Kind.HOLD).order_by()
    mine = rows.filter(user_id=user_id)[:limit]
    paid = rows.filter(escrow_id__in=held.values("credit_id").distinct())
    found = {row.position: row for row in (*mine, *paid.filter(_concerns(user_id))[:limit])}
    return sorted(found.values(), key=cursor_of)[:limit]


def cursor_of(record: EventRecord) -> Cursor:
    """Return the place of an event in the log."""
    return Cursor(record.transaction, record.position)


def data_for(record: EventRecord, *, user_id: str) -> dict[str, Any]:
    """Return an event's payload: all of it for who runs the goal, without others for who paid."""
    payload = event_payload(record)
    if record.user_id == user_id:
        return payload
    seen = {name: value for name, value in payload.items() if name not in _OF_OTHERS}
    if record.name == ESCROW_REFUNDED.name:
        seen["amount"] = _refunded(record, user_id)
    elif own := (payload.get("payers") or {}).get(user_id):
        seen |= {"amount": own, "payers": {user_id: own}}
    return privacy.without_inviter(seen, unless=user_id)


def _settled_after(cursor: Cursor) -> QuerySet[EventRecord]:
    later = Q(transaction__gt=cursor.transaction) | Q(transaction=cursor.transaction, position__gt=cursor.position)
    rows = EventRecord.objects.filter(later, transaction__gte=cursor.transaction, name__in=NAMES)
    # Looked up once: two questions with horizons of their own would leave a gap between them.
    if connection.vendor == "postgresql":
        rows = rows.filter(transaction__lt=sql.call_oldest_open_transaction())
    return rows.order_by("transaction", "position")


def _concerns(user_id: str) -> Q:
    """A chunk of a refund concerns those who are in it, everything else all who paid."""
    within = Q(payload__first_payer__lte=user_id, payload__last_payer__gte=user_id)
    return within | ~Q(name=ESCROW_REFUNDED.name)


def _refunded(record: EventRecord, user_id: str) -> int:
    transfer_id = transfer_ids.refund_prefix(str(record.escrow_id)) + user_id
    return Transfer.objects.filter(pk=transfer_id).values_list("amount", flat=True).first() or 0
