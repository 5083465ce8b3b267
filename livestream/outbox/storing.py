"""Storing work in the caller's transaction, and handing it to the broker after the commit."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Literal

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from livestream import clock, context
from livestream.models import OutboxMessage
from livestream.outbox import sending
from livestream.outbox.declaring import find_task

Pending = Literal["keep", "touch", "replace"]
_TAKEN_OVER = {
    "touch": ["version"],
    "replace": ["version", "kwargs", "eta", "due_at", "running_until", "attempts"],
}


def enqueue(
    actor: str,
    *,
    kwargs: dict[str, Any],
    eta: datetime | None = None,
    key: str | None = None,
    subject: str = "",
    pending: Pending = "touch",
    inline: bool = False,
) -> None:
    """Store one message for `actor`, to be run at `eta` (now where it is None).

    `key` is unique among the actor's pending messages. Where one is pending already, `touch`
    keeps it and makes sure that it runs after this transaction, `replace` gives it the new
    time and arguments, `keep` leaves it alone. With `inline` the calling process runs it
    right after its commit rather than waiting for a worker; if it dies, a worker does.
    Raises TransactionManagementError outside a transaction: work without one could be lost.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError(f"{actor} needs an open transaction")
    now = clock.now()
    direct = (eta is None or eta <= now) and find_task(actor) is not None
    message = OutboxMessage(
        actor=actor,
        kwargs=kwargs,
        key=key,
        subject=subject,
        eta=eta or now,
        due_at=now + timedelta(seconds=settings.OUTBOX_LEASE) if direct else (eta or now),
        created_at=now,
        request_id=context.request_id(),
        client_id=context.client_id(),
    )
    _store(message, pending)
    if direct:
        # Robust: it is stored, so whoever asked for it must not fail where handing it over does.
        transaction.on_commit(lambda: _hand_over(message, pending, inline), robust=True)


def _store(message: OutboxMessage, pending: Pending) -> None:
    if message.key is None:
        message.save(force_insert=True)
    elif pending == "keep":
        OutboxMessage.objects.bulk_create([message], ignore_conflicts=True)
    else:
        OutboxMessage.objects.bulk_create(
            [message],
            update_conflicts=True,
            unique_fields=["actor", "key"],
            update_fields=_TAKEN_OVER[pending],
        )


def _hand_over(message: OutboxMessage, pending: Pending, inline: bool) -> None:
    """Send what was just committed; a broker that is away only costs time, see the relay."""
    from livestream.outbox import performing

    message_id = _due_id(message, pending) if message.key is not None else message.id
    if message_id is None:
        return
    if inline:
        performing.perform(message_id=message_id)
    else:
        sending.send([(message_id, message.actor)])


def _due_id(message: OutboxMessage, pending: Pending) -> str | None:
    """Return the id of the row that has this message's key, if it is to be run now.

    With `keep` only a new row is sent: the sweeps ask for the same work several times a
    second, and a broker without workers would pile up what the relay repeats in due time.
    """
    rows = OutboxMessage.objects.filter(actor=message.actor, key=message.key, eta__lte=clock.now())
    rows = rows.filter(attempts=0)  # after a failure the relay keeps the pause
    if pending == "keep":
        rows = rows.filter(pk=message.id)
    return rows.values_list("id", flat=True).first()


def retry(*, message_ids: Iterable[str], now: datetime) -> int:
    """Make dead or waiting messages due now, with a fresh count of attempts; returns how many.

    One that somebody is at work on is left to them, and one that is wanted later to its time.
    """
    wanted = OutboxMessage.objects.filter(pk__in=message_ids, eta__lte=now)
    idle = wanted.filter(Q(running_until=None) | Q(running_until__lte=now))
    return idle.update(failed_at=None, attempts=0, due_at=now, running_until=None)
