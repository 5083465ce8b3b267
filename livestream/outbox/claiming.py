"""Claiming due messages: a claim counts an attempt, sets a lease and commits.

If the worker dies, the lease expires and another worker may claim the message. A claim moves the key of a
row to `claimed_key`. So the same key can be enqueued in a new row while the work runs, without waiting
for it; the new row is not claimed until the first one has finished.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from livestream.models import OutboxMessage
from livestream.outbox import sql
from livestream.outbox.registry import names_of
from livestream.outbox.urgency import Urgency

Messages = list[OutboxMessage]


def lease() -> timedelta:
    """Return how long a claim lasts if it is not renewed."""
    return timedelta(seconds=settings.OUTBOX_LEASE)


def due(*, urgency: Urgency, names: Sequence[str], now: datetime) -> QuerySet[OutboxMessage]:
    """Return the messages of these tasks that may be claimed, the most overdue first."""
    rows = OutboxMessage.objects.filter(urgency=urgency, failed_at=None, due_at__lte=now, actor__in=names)
    return rows.filter(Q(key=None) | ~_same_is_running(now)).order_by("due_at")


def claim(*, urgency: Urgency, transactional: bool, limit: int, now: datetime) -> Messages:
    """Claim up to `limit` due messages of this class, and return them with the new count of attempts.

    Messages of tasks that this release does not know wait for one that does.
    """
    names = names_of(transactional=transactional)
    if connection.vendor == "postgresql":
        return sql.claim(urgency=urgency, names=names, limit=limit, until=now + lease(), now=now)
    return claim_by_orm(urgency=urgency, names=names, limit=limit, now=now)


def claim_by_orm(*, urgency: Urgency, names: Sequence[str], limit: int, now: datetime) -> Messages:
    """Claim like the SQL statement, on any database."""
    waiting = due(urgency=urgency, names=names, now=now)
    if not waiting.exists():  # checked first, so that SQLite's write lock is taken only for work
        return []
    with transaction.atomic():
        return _take(waiting, limit, now)


def claim_one(*, message_id: str, now: datetime) -> OutboxMessage | None:
    """Claim this message; None if it is not due yet, is running, or is dead."""
    idle = Q(running_until=None) | Q(running_until__lte=now)
    time_has_come = Q(eta__lte=now) | Q(due_at__lte=now)
    wanted = OutboxMessage.objects.filter(idle, time_has_come, pk=message_id, failed_at=None)
    with transaction.atomic():
        taken = _take(wanted.filter(Q(key=None) | ~_same_is_running(now)), 1, now)
    return taken[0] if taken else None


def still_claimed(*, messages: Sequence[OutboxMessage]) -> Messages:
    """Lock those of these messages whose claim has not passed to another worker, and return them.

    Runs in the caller's transaction. The row locks keep other workers from claiming them until it ends,
    even if the lease expires before.
    """
    rows = OutboxMessage.objects.select_for_update(skip_locked=True).filter(pk__in=[each.pk for each in messages])
    held = dict(rows.values_list("pk", "attempts"))
    return [each for each in messages if held.get(each.pk) == each.attempts]


def claimed_row(message: OutboxMessage) -> QuerySet[OutboxMessage]:
    """Return the row of a claimed message; empty if another worker has claimed it since."""
    return OutboxMessage.objects.filter(pk=message.pk, attempts=message.attempts, running_until__isnull=False)


def _same_is_running(now: datetime) -> Exists:
    alike = OutboxMessage.objects.filter(actor=OuterRef("actor"), claimed_key=OuterRef("key"), running_until__gt=now)
    return Exists(alike)


def _take(wanted: QuerySet[OutboxMessage], limit: int, now: datetime) -> Messages:
    ids = list(wanted.select_for_update(skip_locked=True, of=("self",)).values_list("pk", flat=True)[:limit])
    until = now + lease()
    OutboxMessage.objects.filter(pk__in=ids).update(
        attempts=F("attempts") + 1,
        claimed_key=Coalesce("key", "claimed_key"),
        key=None,
        running_until=until,
        due_at=until,
    )
    taken = OutboxMessage.objects.in_bulk(ids)
    return [taken[each] for each in ids]
