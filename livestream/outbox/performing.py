"""Performing claimed messages: run their tasks, and delete the rows of what is done."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from contextvars import ContextVar

import structlog
from django.conf import settings
from django.db import DatabaseError, InterfaceError, transaction
from django.db.models import QuerySet

from livestream import clock, context
from livestream.models import OutboxMessage
from livestream.outbox import arguments, claiming, failures, leases, metrics
from livestream.outbox.registry import get_task, names_of
from livestream.outbox.urgency import Urgency
from livestream.storage import limits
from livestream.storage.conflicts import gave_way
from livestream.storage.database_clock import ClockSkewed

log = structlog.get_logger(__name__)
_DRAINED_AT_ONCE = 100
# A batch commits after this long, because its tasks hold their locks until then.
_BATCH_SECONDS = 0.1
# Batches of less urgent classes are shorter, because money waits for their processor time.
_SHORT_BATCH_SECONDS = 0.02
# Tasks after the first of a batch wait only this long for a lock, because the batch holds its own locks meanwhile.
# A task that gives way is among the first of its next batch.
_LOCK_WAIT_MILLISECONDS = 50
_attempt: ContextVar[int] = ContextVar("attempt", default=1)


def perform(*, message_id: str) -> None:
    """Run the message once: a repeated, early or concurrent delivery is a no-op.

    It never raises what the task raises. A failure is stored on the row with its traceback, and the task is
    retried later; a refusal of the domain is final.
    """
    message = claiming.claim_one(message_id=message_id, now=clock.now())
    if message is not None:
        perform_claimed(messages=[message])


def perform_claimed(*, messages: Sequence[OutboxMessage]) -> None:
    """Run claimed messages, in their order.

    First attempts of transactional tasks share a transaction; one that fails is rolled back alone. A further
    attempt has a transaction of its own, because the task may have killed its worker.
    """
    batch: list[OutboxMessage] = []
    for message in messages:
        if message.attempts > settings.OUTBOX_MAX_ATTEMPTS:
            failures.give_up(message=message)
        elif not get_task(message.actor).transactional:
            _run_external(message)
        elif message.attempts > 1:
            _run_batch([message])
        else:
            batch.append(message)
    while batch:
        batch = _run_batch(batch)


def attempt() -> int:
    """Return how many attempts the running message has had, including this one."""
    return _attempt.get()


def _run_batch(messages: Sequence[OutboxMessage], *, savepoints: bool = False) -> list[OutboxMessage]:
    """Run as many of these as fit into a short transaction; return the rest.

    They run without savepoints first, because a savepoint costs as much as a small task. If one fails, they are
    rolled back and run again, each in a savepoint.
    """
    failure: Exception | None = None
    try:
        with transaction.atomic():
            claimed = claiming.still_claimed(messages=messages)
            done = _run_until_commit_is_due(claimed, savepoints)
            OutboxMessage.objects.filter(pk__in=[each.pk for each, error in done if error is None]).delete()
            for message, error in done:
                if error is not None:
                    failures.store(message=message, error=error)
    except Exception as raised:  # noqa: BLE001 - whatever the work or the commit raises is stored on a row
        failure = raised
    # Outside of the handler: there, errors of the next run would get this one as their context.
    if failure is None:
        _observe([message for message, error in done if error is None])
        return claimed[len(done) :]
    if len(messages) > 1 and not savepoints:
        return _run_batch(messages, savepoints=True)
    if len(messages) == 1:
        failures.store_separately(message=messages[0], error=failure)
    else:
        log.warning("outbox_batch_lost", error=repr(failure), messages=len(messages))
    return []


def _run_until_commit_is_due(
    messages: Sequence[OutboxMessage], savepoints: bool
) -> list[tuple[OutboxMessage, Exception | None]]:
    done: list[tuple[OutboxMessage, Exception | None]] = []
    is_urgent = all(each.urgency <= Urgency.LIFECYCLE for each in messages)
    until = time.monotonic() + (_BATCH_SECONDS if is_urgent else _SHORT_BATCH_SECONDS)
    # The first task may wait as long as the process may, but only in the first run of the batch.
    shortened_from = 0 if savepoints else 1
    for number, message in enumerate(messages):
        if number == shortened_from:
            limits.shorten_lock_waits(milliseconds=_LOCK_WAIT_MILLISECONDS)
        error = None
        if savepoints:
            error = _call_in_savepoint(message)
        else:
            _call(message)
        done.append((message, error))
        # After a conflict the batch commits at once, because others may wait for its locks.
        if time.monotonic() > until or (error is not None and gave_way(error)):
            break
    if len(done) > shortened_from:
        limits.restore_lock_waits()
    return done


def _call_in_savepoint(message: OutboxMessage) -> Exception | None:
    try:
        with transaction.atomic():
            _call(message)
    except Exception as error:  # noqa: BLE001 - whatever the work raises is stored on its row
        return error
    return None


def _run_external(message: OutboxMessage) -> None:
    try:
        with leases.renewed(message, seconds=get_task(message.actor).max_runtime):
            _call(message)
    except Exception as error:  # noqa: BLE001 - whatever the work raises is stored on its row
        failures.store_separately(message=message, error=error)
    else:
        claiming.claimed_row(message).delete()
        _observe([message])


def _call(message: OutboxMessage) -> None:
    token = _attempt.set(message.attempts)
    try:
        with context.bound(request_id=message.request_id, client_id=message.client_id):
            # The estimate of the time may be slightly behind that of the process that stored the message.
            arguments.call(get_task(message.actor), message.kwargs, now=max(clock.now(), message.eta))
    finally:
        _attempt.reset(token)


def _observe(done: Sequence[OutboxMessage]) -> None:
    if not done:
        return
    try:
        now = clock.now()
    except (DatabaseError, InterfaceError, ClockSkewed):  # what is done is done, whether it can be timed or not
        return
    for message in done:
        late = (now - message.eta).total_seconds()
        metrics.LATENESS.labels(Urgency(message.urgency).queue).observe(max(late, 0.0))


def drain(*, subjects: Collection[str]) -> int:
    """Perform the due messages of these subjects, without waiting for a worker; returns how many there were.

    Workers may perform the same messages at the same time: each is performed once. Tasks that call the
    network, and messages that were tried before, are left to the workers.
    """
    tried: set[str] = set()
    while found := list(_due(subjects).exclude(pk__in=tried).values_list("id", flat=True)[:_DRAINED_AT_ONCE]):
        for message_id in found:
            perform(message_id=message_id)
        tried.update(found)
    return len(tried)


def _due(subjects: Collection[str]) -> QuerySet[OutboxMessage]:
    rows = OutboxMessage.objects.filter(subject__in=subjects, actor__in=names_of(transactional=True))
    return rows.filter(failed_at=None, attempts=0, eta__lte=clock.now()).order_by("eta", "id")
