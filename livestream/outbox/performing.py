"""Performing messages: run their tasks, delete the rows of what is done, and store failures with the next try."""

from __future__ import annotations

import random
import time
import traceback
from collections.abc import Collection, Sequence
from contextvars import ContextVar
from datetime import timedelta

import structlog
from django.conf import settings
from django.db import DatabaseError, InterfaceError, transaction
from django.db.models import QuerySet

from livestream import clock, context
from livestream.errors import DomainError
from livestream.models import OutboxMessage
from livestream.outbox import arguments, claiming, leases, metrics, returning
from livestream.outbox.registry import find_task, get_task, names_of
from livestream.outbox.urgency import Urgency
from livestream.storage import limits, text
from livestream.storage.conflicts import gave_way
from livestream.storage.database_clock import ClockSkewed

log = structlog.get_logger(__name__)
_DRAINED_AT_ONCE = 100
_LONGEST_BACKOFF_SECONDS = 300
_LONGEST_ERROR = 20_000
# A batch commits after this long, because its tasks hold their locks until then.
_BATCH_SECONDS = 0.05
# For the same reason, tasks after the first of a batch wait only this long for a lock. One that gives way is
# among the first of its next batch.
_LOCK_WAIT_MILLISECONDS = 50
_NO_RESULT = "No try had a result: each time its worker died, was stopped, or ran out of time or memory."
# How long work that this release does not know is left to workers of another one.
_UNKNOWN_PAUSE_SECONDS = 2.0
# After this long no process of that release is expected any more.
_UNKNOWN_FOR = timedelta(days=1)
_attempt: ContextVar[int] = ContextVar("attempt", default=1)


class UnknownToThisRelease(Exception):
    """The message names something that only another release knows, whose processes run beside this one's."""


def perform(*, message_id: str) -> None:
    """Run the message once: a repeated, early or concurrent delivery is a no-op.

    It never raises what the task raises. A failure is stored on the row, with its traceback, and
    tried again later; a refusal of the domain is final.
    """
    name = OutboxMessage.objects.filter(pk=message_id).values_list("actor", flat=True).first()
    if name and find_task(name):
        message = claiming.claim_one(message_id=message_id, now=clock.now())
        if message is not None:
            perform_claimed(messages=[message])


def perform_claimed(*, messages: Sequence[OutboxMessage]) -> None:
    """Run claimed messages, in their order.

    Transactional tasks share one transaction, each in a savepoint. A task that was tried before runs
    alone, because it may have killed its worker.
    """
    batch: list[OutboxMessage] = []
    for message in messages:
        if message.attempts > settings.OUTBOX_MAX_ATTEMPTS:
            _give_up(message)
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


def _run_batch(messages: Sequence[OutboxMessage]) -> list[OutboxMessage]:
    """Run as many of these as fit into a short transaction; return the rest."""
    try:
        with transaction.atomic():
            claimed = claiming.still_claimed(messages=messages)
            done = _run_until_commit_is_due(claimed)
            OutboxMessage.objects.filter(pk__in=[each.pk for each, error in done if error is None]).delete()
            for message, error in done:
                if error is not None:
                    _store_failure(message, error)
    except Exception as error:  # noqa: BLE001 - a commit that fails is stored on the row, if it is the only one
        if len(messages) == 1:
            _store_failure_separately(messages[0], error)
        else:
            log.warning("outbox_batch_lost", error=repr(error), messages=len(messages))
        return []
    _observe([message for message, error in done if error is None])
    return claimed[len(done) :]


def _run_until_commit_is_due(messages: Sequence[OutboxMessage]) -> list[tuple[OutboxMessage, Exception | None]]:
    done: list[tuple[OutboxMessage, Exception | None]] = []
    until = time.monotonic() + _BATCH_SECONDS
    for number, message in enumerate(messages):
        error: Exception | None = None
        if number == 1:
            limits.shorten_lock_waits(milliseconds=_LOCK_WAIT_MILLISECONDS)
        try:
            with transaction.atomic():
                _call(message)
        except Exception as raised:  # noqa: BLE001 - whatever the work raises is stored on its row
            error = raised
        done.append((message, error))
        # After a conflict the batch commits at once, because others may wait for its locks.
        if time.monotonic() > until or (error is not None and gave_way(error)):
            break
    if len(done) > 1:
        limits.restore_lock_waits()
    return done


def _run_external(message: OutboxMessage) -> None:
    try:
        with leases.renewed(message, seconds=get_task(message.actor).max_runtime):
            _call(message)
    except Exception as error:  # noqa: BLE001 - whatever the work raises is stored on its row
        _store_failure_separately(message, error)
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


def _store_failure_separately(message: OutboxMessage, error: Exception) -> None:
    """Store a failure in a transaction of its own; if that fails too, the task is retried when its lease expires."""
    try:
        with transaction.atomic():
            if claiming.still_claimed(messages=[message]):
                _store_failure(message, error)
    except Exception as second:  # noqa: BLE001 - the database may be what fails
        log.warning("outbox_failure_not_stored", actor=message.actor, error=repr(error), second=repr(second))


def _store_failure(message: OutboxMessage, error: Exception) -> None:
    now = clock.now()
    if gave_way(error):  # not an attempt: another transaction held the lock
        soon = now + timedelta(seconds=random.uniform(0.1, 0.5))  # noqa: S311 - only spreads load
        returning.put_back(message, due_at=soon, attempts=message.attempts - 1)
        limits.count(error)
        log.info("outbox_gave_way", actor=message.actor, error=repr(error))
        return
    if isinstance(error, UnknownToThisRelease) and now < message.created_at + _UNKNOWN_FOR:
        later = now + timedelta(seconds=_UNKNOWN_PAUSE_SECONDS)
        returning.put_back(message, due_at=later, attempts=message.attempts - 1, error=str(error))
        return
    text_of_error = storable_error(error="".join(traceback.format_exception(error)))
    if message.attempts >= settings.OUTBOX_MAX_ATTEMPTS or _is_final(error):
        returning.mark_dead(message, error=text_of_error, now=now)
    else:
        due_at = now + backoff(attempts=message.attempts)
        returning.put_back(message, due_at=due_at, attempts=message.attempts, error=text_of_error)
    metrics.FAILURES.labels(message.actor).inc()
    log.error("outbox_failure", actor=message.actor, attempts=message.attempts, error=text_of_error)


def _is_final(error: Exception) -> bool:
    """Return whether a retry would only fail again: a refusal of the domain, or what no release knows."""
    refused = isinstance(error, DomainError) and error.status < 500 and error.retry_after is None
    return refused or isinstance(error, UnknownToThisRelease)


def _give_up(message: OutboxMessage) -> None:
    with transaction.atomic():
        if claiming.still_claimed(messages=[message]):
            message.attempts -= 1  # this claim did not run the task
            returning.mark_dead(message, error=message.error or _NO_RESULT, now=clock.now())
    metrics.FAILURES.labels(message.actor).inc()
    log.error("outbox_no_result", actor=message.actor, attempts=message.attempts)


def drain(*, subjects: Collection[str]) -> int:
    """Drain the due messages of these subjects, without waiting for a worker; returns how many there were.

    Workers may perform the same messages meanwhile: each is performed once. Tasks that call the
    network, and failed messages, are left to the workers.
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


def backoff(*, attempts: int) -> timedelta:
    """Return the pause after `attempts` failures: 1, 2, 4 … up to 300 seconds, times a random factor of 0.5 to 1."""
    seconds = min(2 ** max(attempts - 1, 0), _LONGEST_BACKOFF_SECONDS)
    return timedelta(seconds=seconds * random.uniform(0.5, 1.0))  # noqa: S311 - only spreads load


def storable_error(*, error: str) -> str:
    """Return the end of a traceback, with the characters escaped that a database refuses."""
    return text.storable(error[-_LONGEST_ERROR:])
