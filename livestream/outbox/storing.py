"""Storing work in the caller's transaction, and waking a worker for it after the commit."""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Concatenate, Literal, ParamSpec, overload

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from livestream import clock, context
from livestream.models import OutboxMessage
from livestream.outbox import arguments, claiming, performing, states, wakeups
from livestream.outbox.registry import Task, TaskFunction, task_for, task_of
from livestream.outbox.urgency import Urgency

Pending = Literal["keep", "touch", "replace"]
_OVERWRITTEN = {
    # Nothing here reads `version`: writing it locks the row, so that it is not claimed before this transaction ends.
    "touch": ["version"],
    "replace": ["version", "kwargs", "eta", "due_at", "running_until", "attempts", "error"],
}
# Work without an `eta` may be claimed at once, even by a worker whose estimate of the time is slightly behind.
_SLACK = timedelta(seconds=1)

P = ParamSpec("P")


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """When a task runs, and what happens if the same work is waiting already.

    `eta`: the moment to run it at; None means now.
    `key`: unique among the waiting messages of the task; without one, each message is separate.
    `pending`: what happens if a message with this key is waiting. `touch` keeps it and makes
    sure that it runs after this transaction, `replace` gives it the new time and arguments,
    `keep` leaves it alone.
    `inline`: the calling process runs the task right after its commit, instead of a worker. If the
    process dies, a worker runs it.
    `subject`: the id (goal, escrow or session) that the message is found by, if it is not the
    argument that the task declares as its subject.
    `urgency`: the class of this message, if it is not that of its task.
    """

    eta: datetime | None = None
    key: str | None = None
    pending: Pending = "touch"
    inline: bool = False
    subject: str | None = None
    urgency: Urgency | None = None


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

    A task that takes the moment is given `now` by the worker. Raises TypeError for a function that is
    no declared task and for arguments that it does not take, TransactionManagementError outside a
    transaction.
    """
    declared = task_of(task)
    _store(_message(declared, delivery, arguments.storable(declared, args, kwargs)), delivery)


def enqueue_all(task: TaskFunction, wanted: Iterable[tuple[Delivery, Mapping[str, object]]], /) -> None:
    """Store one message of `task` for each delivery and its arguments, in one statement.

    Their keys must be new. Raises the errors of `enqueue`.
    """
    declared = task_of(task)
    messages = [_message(declared, delivery, arguments.storable(declared, (), kwargs)) for delivery, kwargs in wanted]
    OutboxMessage.objects.bulk_create(messages)
    for message in messages:
        _wake_after_commit(message)


def _message(declared: Task, delivery: Delivery, stored: dict[str, Any]) -> OutboxMessage:
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError(f"{declared.name} needs an open transaction")
    now = clock.now()
    eta = delivery.eta or now
    return OutboxMessage(
        actor=declared.name,
        urgency=declared.urgency if delivery.urgency is None else delivery.urgency,
        kwargs=stored,
        key=delivery.key,
        subject=_subject(declared, delivery, stored),
        eta=eta,
        due_at=_due_at(delivery, eta, now),
        created_at=now,
        request_id=context.request_id(),
        client_id=context.client_id(),
    )


def _due_at(delivery: Delivery, eta: datetime, now: datetime) -> datetime:
    if eta > now:
        return eta
    # Workers take over what this process is about to run itself only if it dies.
    return eta + claiming.lease() if delivery.inline else eta - _SLACK


def _store(message: OutboxMessage, delivery: Delivery) -> None:
    if message.key is None:
        message.save(force_insert=True)
    elif delivery.pending == "keep":
        OutboxMessage.objects.bulk_create([message], ignore_conflicts=True)
    else:
        OutboxMessage.objects.bulk_create(
            [message],
            update_conflicts=True,
            unique_fields=["actor", "key"],
            update_fields=_OVERWRITTEN[delivery.pending],
        )
    if not delivery.inline:
        _wake_after_commit(message)
    elif message.eta <= message.created_at:
        # Robust: the message is stored, so a failure to run it must not fail the caller.
        transaction.on_commit(lambda: _perform(message), robust=True)


def _wake_after_commit(message: OutboxMessage) -> None:
    if message.due_at >= message.eta:
        return  # it is not due yet
    wake = _waker(task_for(Urgency(message.urgency), preferred=message.actor))
    hooks, savepoints = connection.run_on_commit, set(connection.savepoint_ids)
    if not hooks or hooks[-1][:2] != (savepoints, wake):  # one wake-up is enough for many messages
        # Robust: the message is stored, so a failure of the wake-up must not fail the caller.
        transaction.on_commit(wake, robust=True)


@functools.cache
def _waker(task: Task) -> Callable[[], None]:
    """Return the same function for the same task, so that it can be recognized."""
    return lambda: wakeups.request(task=task)


def _perform(message: OutboxMessage) -> None:
    """Run the message that was just committed, or the waiting one with the same key, unless it was tried before."""
    rows = OutboxMessage.objects.filter(pk=message.pk)
    if message.key is not None:
        rows = OutboxMessage.objects.filter(actor=message.actor, key=message.key, attempts=0)
    message_id = rows.values_list("id", flat=True).first()
    if message_id is not None:
        performing.perform(message_id=message_id)


def pending_messages(task: TaskFunction, *, key: str) -> QuerySet[OutboxMessage]:
    """Return the messages of a task with this key: at most one that waits and one that runs."""
    return OutboxMessage.objects.filter(Q(key=key) | Q(claimed_key=key), actor=task_of(task).name, failed_at=None)


def pending_keys(task: TaskFunction, *, among: Collection[str]) -> set[str]:
    """Return those of these keys with which a message of the task waits or runs."""
    rows = OutboxMessage.objects.filter(actor=task_of(task).name, failed_at=None)
    waiting = rows.filter(key__in=among).values_list("key", flat=True)
    running = rows.filter(claimed_key__in=among).values_list("claimed_key", flat=True)
    return {str(key) for key in [*waiting, *running]}


def drop_pending(task: TaskFunction, *, subject: str) -> None:
    """Delete the waiting messages of a task about this subject; running ones are left alone."""
    waiting = OutboxMessage.objects.filter(actor=task_of(task).name, subject=subject, failed_at=None)
    idle = waiting.filter(running_until=None).select_for_update(skip_locked=True)
    OutboxMessage.objects.filter(pk__in=list(idle.values_list("pk", flat=True))).delete()


def _subject(task: Task, delivery: Delivery, stored: dict[str, Any]) -> str:
    if delivery.subject is not None:
        return delivery.subject
    return str(stored[task.subject]) if task.subject else ""


def retry(*, message_ids: Iterable[str], now: datetime) -> int:
    """Make dead or waiting messages due now, with a fresh count of attempts; returns how many.

    Running messages, and those whose `eta` has not come, are left alone.
    """
    idle = OutboxMessage.objects.filter(states.is_idle(now=now), pk__in=message_ids, eta__lte=now)
    return idle.update(failed_at=None, attempts=0, due_at=now, running_until=None)
