"""Posting payments to an escrow and deposits to the system account: many are counted in one step."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import F

from livestream.outbox import Urgency, durable
from wallet import sql, transfer_ids
from wallet.models import Account, Earning, Escrow, PendingCredit, PendingDebit
from wallet.services import accounts

BATCH = 2000


@dataclass(slots=True)
class Batch:
    """Payments that were counted together: coins by payer, and in all; `number` is how many they were."""

    payers: Counter[str] = field(default_factory=Counter)
    amount: int = 0
    number: int = 0


def post_pending(*, escrow: Escrow, limit: int = BATCH) -> Batch:
    """Add up to `limit` waiting payments to the escrow's balance and to the earnings.

    `escrow` is locked by the caller. Its `received` coins only ever grow. A payment belongs
    to the hour it was made in, however late it is counted.
    """
    take = sql.take_waiting if connection.vendor == "postgresql" else take_by_orm
    batch, hours = Batch(), Counter[datetime]()
    for payer_id, hour, amount, number in take(escrow.escrow_id, limit):
        batch.payers[payer_id] += amount
        batch.amount += amount
        batch.number += number
        hours[hour] += amount
    if batch.number:
        _add(escrow, batch.amount)
        for hour, amount in sorted(hours.items()):
            _earn(escrow, hour, amount)
    return batch


def take_by_orm(escrow_id: str, limit: int) -> list[sql.Taken]:
    """Do what `sql.take_waiting` does, payment by payment. It serves SQLite, and the tests compare the two."""
    queue = PendingCredit.objects.filter(account_id=escrow_id).order_by("id")
    rows = list(queue.values_list("id", "payer_id", "amount", "created_at")[:limit])
    PendingCredit.objects.filter(pk__in=[row[0] for row in rows]).delete()
    return [(payer_id, hour_of(created_at), amount, 1) for _, payer_id, amount, created_at in rows]


def post_all_pending(*, escrow: Escrow) -> Batch:
    """Count all waiting payments of a locked escrow, however many there are."""
    total = Batch()
    while (batch := post_pending(escrow=escrow)).amount:
        total.payers.update(batch.payers)
        total.amount += batch.amount
        total.number += batch.number
    return total


@durable(urgency=Urgency.MONEY)
def post_deposits(*, limit: int = BATCH) -> int:
    """Subtract up to `limit` waiting deposits from the system account, and return how many there were."""
    with transaction.atomic():
        accounts.lock_system_row()
        rows = list(PendingDebit.objects.order_by("id").values_list("id", "amount")[:limit])
        if rows:
            PendingDebit.objects.filter(pk__in=[row_id for row_id, _ in rows]).delete()
            total = sum(amount for _, amount in rows)
            Account.objects.filter(pk=transfer_ids.DEPOSITS).update(balance=F("balance") - total)
    return len(rows)


def post_all_deposits() -> None:
    """Count all waiting deposits, however many there are."""
    while post_deposits():
        pass


def hour_of(at: datetime) -> datetime:
    """Return the hour that `at` lies in."""
    return at - timedelta(minutes=at.minute, seconds=at.second, microseconds=at.microsecond)


def _add(escrow: Escrow, amount: int) -> None:
    escrow.received += amount
    Escrow.objects.filter(pk=escrow.pk).update(received=F("received") + amount)
    Account.objects.filter(pk=escrow.pk).update(balance=F("balance") + amount)


def _earn(escrow: Escrow, hour: datetime, amount: int) -> None:
    earning, made = Earning.objects.get_or_create(
        escrow=escrow, user_id=escrow.user_id, hour=hour, defaults={"amount": amount}
    )
    if not made:
        Earning.objects.filter(pk=earning.pk).update(amount=F("amount") + amount)
