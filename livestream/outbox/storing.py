"""Storing work in the caller's transaction, and handing it to the broker after the commit."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Concatenate, Literal, ParamSpec, overload

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from livestream import clock, context
from livestream.models import OutboxMessage
from livestream.outbox import arguments, performing, sending
from livestream.outbox.registry import Task, TaskFunction, task_of

Pending = Literal["keep", "touch", "replace"]
_TAKEN_OVER = {
    "touch": ["version"],
    "replace": ["version", "kwargs", "eta", "due_at", "running_until", "attempts"],
}


P = ParamSpec("P")


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """When a task is to run, and what it shares with messages that wait.

    `eta`: the moment to run it at, now where it is None.
    `key`: unique among the pending messages of the task; without one nothing is shared.
    `pending`: what happens where a message with this key is pending. `touch` keeps it and makes
    sure that it runs after this transaction, `replace` gives it the new time and arguments,
    `keep` leaves it alone.
    `inline`: the calling process runs the task right after its commit rather than waiting for a
    worker. If it dies, a worker does.
    `subject`: the id (goal, escrow or session) that the message is found by, where it is not
    the argument that the task declares as its subject.
    """

    eta: datetime | None = None
    key: str | None = None
    pending: Pending = "touch"
    inline: bool = False
    subject: str | None = None


_NOW = Delivery()


@overload
def enqueue(
    task: Callable[Concatenate[datetime, P], object],
    delivery: Delivery = ...,
    /,
    *args: P.args,
    **kwargs: P.kwargs,
) -> None: ...


@overload
def enqueue(
    task: Callable[P, object],
    delivery: Delivery = ...,
    /,
    *args: P.args,
    **kwargs: P.kwargs,
) -> None: ...


def enqueue(task: TaskFunction, delivery: Delivery = _NOW, /, *args: object, **kwargs: object) -> None:
    """Store one message that runs `task`, a declared function, with these keyword arguments.

    A task that takes the moment is given `now` by the worker. Raises TypeError for a function
    that is no declared task and for arguments that it does not take, TransactionManagementError
    outside a transaction: work that is stored without one could be lost.
    """
    declared = task_of(task)
    stored = arguments.storable(declared, args, kwargs)
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError(f"{declared.name} needs an open transaction")
    now = clock.now()
    eta = delivery.eta or now
    direct = eta <= now
    message = OutboxMessage(
        actor=declared.name,
        kwargs=stored,
        key=delivery.key,
        subject=_subject(declared, delivery, stored),
        eta=eta,
        due_at=now + timedelta(seconds=settings.OUTBOX_LEASE) if direct else eta,
        created_at=now,
        request_id=context.request_id(),
        client_id=context.client_id(),
    )
    _store(message, delivery.pending)
    if direct:
        # Robust: the message is stored, so a failure to hand it over must not fail the caller.
        transaction.on_commit(lambda: _hand_over(message, delivery), robust=True)


def pending_messages(task: TaskFunction, *, key: str) -> QuerySet[OutboxMessage]:
    """Return the messages of a task that wait under this key: one, or none."""
    return OutboxMessage.objects.filter(actor=task_of(task).name, key=key)


def pending_keys(task: TaskFunction, *, among: Collection[str]) -> set[str]:
    """Return those of these keys under which a message of a task waits."""
    waiting = OutboxMessage.objects.filter(actor=task_of(task).name, key__in=among)
    return {str(key) for key in waiting.values_list("key", flat=True)}


def drop_pending(task: TaskFunction, *, subject: str) -> None:
    """Delete the pending messages of a task about this subject."""
    OutboxMessage.objects.filter(actor=task_of(task).name, subject=subject, failed_at=None).delete()


def _subject(task: Task, delivery: Delivery, stored: dict[str, Any]) -> str:
    if delivery.subject is not None:
        return delivery.subject
    return str(stored[task.subject]) if task.subject else ""


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


def _hand_over(message: OutboxMessage, delivery: Delivery) -> None:
    """Send what was just committed; a broker that is away only costs time, see the relay."""
    message_id = _due_id(message, delivery.pending) if message.key is not None else message.id
    if message_id is None:
        return
    if delivery.inline:
        performing.perform(message_id=message_id)
    else:
        sending.send([(message_id, message.actor)])


def _due_id(message: OutboxMessage, pending: Pending) -> str | None:
    """Return the id of the row that has this message's key, if it is to be run now.

    With `keep` only a new row is sent. The sweeps enqueue the same work several times a second,
    which would pile up in a broker without workers; the relay repeats it when its lease ends.
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
