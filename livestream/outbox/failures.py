"""Failures of claimed messages: stored on their row, for a retry, for another release, or for a person."""

from __future__ import annotations

import random
import traceback
from datetime import timedelta

import structlog
from django.conf import settings
from django.db import transaction

from livestream import clock
from livestream.errors import DomainError
from livestream.models import OutboxMessage
from livestream.outbox import claiming, metrics, returning
from livestream.storage import limits, text
from livestream.storage.conflicts import gave_way

log = structlog.get_logger(__name__)
_LONGEST_BACKOFF_SECONDS = 300
_LONGEST_ERROR = 20_000
_NO_RESULT = "No attempt had a result: each time its worker died, was stopped, or ran out of time or memory."
# How long a message that this release does not know is left to workers of another one.
_UNKNOWN_PAUSE_SECONDS = 2.0
# A message that no release has known for this long is dead.
_UNKNOWN_FOR = timedelta(days=1)


class UnknownToThisRelease(Exception):
    """The message names a receiver or an event that this release lacks; another one that runs beside it may know it."""


def store_separately(*, message: OutboxMessage, error: Exception) -> None:
    """Store a failure in a transaction of its own; if that fails too, the task is retried when its lease expires."""
    try:
        with transaction.atomic():
            if claiming.still_claimed(messages=[message]):
                store(message=message, error=error)
    except Exception as second:  # noqa: BLE001 - the database may be what fails
        log.warning("outbox_failure_not_stored", actor=message.actor, error=repr(error), second=repr(second))


def store(*, message: OutboxMessage, error: Exception) -> None:
    """Store what a claimed and locked message failed with, and when it is retried, if at all.

    A conflict with another transaction counts no attempt. Nor does a message that this release does not know,
    which is left to another one for a day. A refusal of the domain is final.
    """
    now = clock.now()
    if gave_way(error):
        soon = now + timedelta(seconds=random.uniform(0.1, 0.5))  # noqa: S311 - only spreads load
        returning.put_back(message, due_at=soon, attempts=message.attempts - 1)
        limits.count(error)
        log.info("outbox_gave_way", actor=message.actor, error=repr(error))
    elif isinstance(error, UnknownToThisRelease) and now < message.created_at + _UNKNOWN_FOR:
        later = now + timedelta(seconds=_UNKNOWN_PAUSE_SECONDS)
        returning.put_back(message, due_at=later, attempts=message.attempts - 1, error=str(error))
    else:
        _store_attempt(message, error)


def _store_attempt(message: OutboxMessage, error: Exception) -> None:
    now, attempts = clock.now(), message.attempts
    text_of_error = storable_error(error="".join(traceback.format_exception(error)))
    if attempts >= settings.OUTBOX_MAX_ATTEMPTS or _is_final(error):
        returning.mark_dead(message, error=text_of_error, now=now)
    else:
        due_at = now + backoff(attempts=attempts)
        returning.put_back(message, due_at=due_at, attempts=attempts, error=text_of_error)
    metrics.FAILURES.labels(message.actor).inc()
    log.error("outbox_failure", actor=message.actor, attempts=attempts, error=text_of_error)


def _is_final(error: Exception) -> bool:
    """Return whether a retry would only fail again: the domain refused it, or no release knows the message."""
    refused = isinstance(error, DomainError) and error.status < 500 and error.retry_after is None
    return refused or isinstance(error, UnknownToThisRelease)


def give_up(*, message: OutboxMessage) -> None:
    """Mark a claimed message as dead whose attempts all ended without a result; its task is not run again."""
    with transaction.atomic():
        if not claiming.still_claimed(messages=[message]):
            return
        message.attempts -= 1  # this claim did not run the task
        returning.mark_dead(message, error=message.error or _NO_RESULT, now=clock.now())
    metrics.FAILURES.labels(message.actor).inc()
    log.error("outbox_no_result", actor=message.actor, attempts=message.attempts)


def backoff(*, attempts: int) -> timedelta:
    """Return the pause after `attempts` failures: 1, 2, 4 … up to 300 seconds, times a random factor of 0.5 to 1."""
    seconds = min(2 ** max(attempts - 1, 0), _LONGEST_BACKOFF_SECONDS)
    return timedelta(seconds=seconds * random.uniform(0.5, 1.0))  # noqa: S311 - only spreads load


def storable_error(*, error: str) -> str:
    """Return the end of a traceback, with the characters escaped that a database refuses."""
    return text.storable(error[-_LONGEST_ERROR:])
