"""The states of messages: conditions of queries, and the same for a message that was read."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from livestream.models import OutboxMessage


def is_idle(*, now: datetime) -> Q:
    """Return the condition that nobody runs a message: it was not claimed, or its lease has expired."""
    return Q(running_until=None) | Q(running_until__lte=now)


def is_running(message: OutboxMessage, *, now: datetime) -> bool:
    """Return whether the claim of a message that was read still lasts; the opposite of `is_idle`."""
    return message.running_until is not None and message.running_until > now


def is_failing(*, now: datetime) -> Q:
    """Return the condition that a message has failed and will be retried: it is idle, not dead, and has an error.

    Attempts that ended with their worker leave no error. Work that is left to another release has an error,
    but no attempt.
    """
    return is_idle(now=now) & Q(failed_at=None, attempts__gt=0) & ~Q(error="")


def has_failed(message: OutboxMessage) -> bool:
    """Return whether an attempt at this message left an error, which `is_failing` requires as well."""
    return message.attempts > 0 and message.error != ""
