"""Claiming due messages: a claim counts an attempt, sets a lease and commits.

If the worker dies, the lease expires and another worker may claim the message. A claim moves the key of a
row to `claimed_key`. So the same key can be enqueued in a new row while the work runs, without waiting
for it; the new row is not claimed until the first one has finished.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from livestream.models import OutboxMessage
from livestream.outbox import sql, states
from livestream.outbox.registry import find_task, names_of, task_names
from livestream.outbox.urgency import Urgency
from livestream.storage import limits
from livestream.storage.conflicts import gave_way

Messages = list[OutboxMessage]

# A claim holds the lock of a row for less time than this. A worker that runs the task holds it for longer.
_CLAIM_MILLISECONDS = 200


def lease() -> timedelta:
    """Return how long a claim lasts if it is not renewed."""
    return timedelta(seconds=settings.OUTBOX_LEASE)


def due(*, urgency: Urgency, names: Sequence[str], now: datetime) -> QuerySet[OutboxMessage]:
    """Return the messages of these tasks that may be claimed, the most overdue first."""
    rows = OutboxMessage.objects.filter(urgency=urgency, failed_at=None, due_at__lte=now, actor__in=names)
    return rows.filter(states.is_idle(now=now), ~_same_is_running(now)).order_by("due_at")


def claim(*, urgency: Urgency, together: bool, limit: int, now: datetime) -> Messages:
    """Claim up to `limit` due messages of this class, and return them with the new count of attempts.

    With `together`, it claims first attempts of transactional tasks. Without it, it claims external tasks and
    further attempts; a caller claims these one at a time, so that none waits behind another. Messages of tasks
    that this release does not know are left to a release that knows them.
    """
    form = sql.claim if connection.vendor == "postgresql" else claim_by_orm
    return form(
        urgency=urgency,
        names=task_names(),
        batched=names_of(transactional=True),
        together=together,
        limit=limit,
        until=now + lease(),
        now=now,
    )


def claim_by_orm(
    *,
    urgency: Urgency,
    names: Sequence[str],
    batched: Sequence[str],
    together: bool,
    limit: int,
    until: datetime,
    now: datetime,
) -> Messages:
    """Claim like the SQL statement, on any database."""
    first_attempts = Q(attempts=0, actor__in=batched)
    waiting = due(urgency=urgency, names=names, now=now).filter(first_attempts if together else ~first_attempts)
    if not waiting.exists():  # checked first, so that SQLite's write lock is taken only for work
        return []
    with transaction.atomic():
        taken = list(waiting.select_for_update(skip_locked=True, of=("self",))[:limit])
        mark_claimed(messages=taken, until=until)
    return taken


def claim_one(*, message_id: str, now: datetime) -> OutboxMessage | None:
    """Claim this message; None if it is not due yet, is running, is dead, or is of a task of another release."""
    with transaction.atomic():
        rows = OutboxMessage.objects.select_for_update(skip_locked=True)
        message = rows.filter(pk=message_id, failed_at=None).first()
        if message is None or not _may_be_claimed(message, now):
            return None
        mark_claimed(messages=[message], until=now + lease())
    return message


def mark_claimed(*, messages: Sequence[OutboxMessage], until: datetime) -> None:
    """Claim these messages until `until`, in the caller's transaction, which has locked them."""
    OutboxMessage.objects.filter(pk__in=[each.pk for each in messages]).update(
        attempts=F("attempts") + 1,
        claimed_key=Coalesce("key", "claimed_key"),
        key=None,
        running_until=until,
    )
    for each in messages:
        each.attempts += 1
        each.claimed_key, each.key = each.key or each.claimed_key, None
        each.running_until = until


def _may_be_claimed(message: OutboxMessage, now: datetime) -> bool:
    has_come = message.eta <= now or message.due_at <= now
    if find_task(message.actor) is None or states.is_running(message, now=now) or not has_come:
        return False
    key = message.key or message.claimed_key
    return not (key and OutboxMessage.objects.filter(_running_as(message.actor, key, message.pk, now)).exists())


def still_claimed(*, messages: Sequence[OutboxMessage]) -> Messages:
    """Lock those of these messages whose claim has not passed to another worker, and return them.

    Runs in the caller's transaction. The row locks keep other workers from claiming them until it ends,
    even if the lease expires before.
    """
    held = _attempts_of([each.pk for each in messages], wait=False)
    if missed := [each.pk for each in messages if each.pk not in held]:
        held |= _attempts_of(missed, wait=True)
    return [each for each in messages if held.get(each.pk) == each.attempts]


def _attempts_of(ids: Sequence[str], *, wait: bool) -> dict[str, int]:
    """Lock these rows and return their attempts by id; rows that are locked or no longer claimed are left out.

    With `wait`, it waits briefly for locked rows: a claim may hold them for some milliseconds.
    """
    rows = OutboxMessage.objects.filter(pk__in=ids, running_until__isnull=False).order_by("pk")
    if not wait:
        return dict(rows.select_for_update(skip_locked=True).values_list("pk", "attempts"))
    try:
        with transaction.atomic():
            limits.shorten_lock_waits(milliseconds=_CLAIM_MILLISECONDS)
            found = dict(rows.select_for_update().values_list("pk", "attempts"))
            limits.restore_lock_waits()
    except OperationalError as error:
        if not gave_way(error):
            raise
        return _attempts_of(ids, wait=False)  # one of them is held for longer, and the others may be free by now
    return found


def claimed_row(message: OutboxMessage) -> QuerySet[OutboxMessage]:
    """Return the row of a claimed message; empty if another worker has claimed it since."""
    return OutboxMessage.objects.filter(pk=message.pk, attempts=message.attempts, running_until__isnull=False)


def _same_is_running(now: datetime) -> Exists:
    key = Coalesce(OuterRef("key"), OuterRef("claimed_key"))
    return Exists(OutboxMessage.objects.filter(_running_as(OuterRef("actor"), key, OuterRef("pk"), now)))


def _running_as(actor: Any, key: Any, other_than: Any, now: datetime) -> Q:
    return Q(actor=actor, claimed_key=key, running_until__gt=now) & ~Q(pk=other_than)
