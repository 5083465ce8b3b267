"""Returning claimed messages that are not done: they are put back for a retry, or marked as dead."""

from __future__ import annotations

from datetime import datetime

from django.db import DatabaseError, transaction
from django.db.models import F
from django.db.models.functions import Greatest

from livestream.models import OutboxMessage
from livestream.storage import limits

# How long returning its key to a row waits for a transaction that is storing the same key.
_WAIT_MILLISECONDS = 100


def put_back(message: OutboxMessage, *, due_at: datetime, attempts: int, error: str | None = None) -> None:
    """Return its key to a claimed and locked message, and make it due at `due_at`.

    If the key was enqueued again while it ran, the newer row takes over the attempts and the pause.
    """
    kept = message.error if error is None else error
    if message.claimed_key and (newer := _newer(message)):
        pause = {"due_at": Greatest(F("due_at"), due_at)} if attempts else {}
        OutboxMessage.objects.filter(pk=newer.pk).update(attempts=attempts, error=kept, **pause)
        OutboxMessage.objects.filter(pk=message.pk).delete()
        return
    returned = {"due_at": due_at, "attempts": attempts, "error": kept, "running_until": None}
    if not (message.claimed_key and _with_key(message, returned)):
        OutboxMessage.objects.filter(pk=message.pk).update(**returned)


def mark_dead(message: OutboxMessage, *, error: str, now: datetime) -> None:
    """Mark a claimed and locked message as dead, without its key, so that the same work can be enqueued again."""
    dead = {"failed_at": now, "error": error, "attempts": message.attempts}
    OutboxMessage.objects.filter(pk=message.pk).update(**dead, running_until=None, claimed_key=None)


def _newer(message: OutboxMessage) -> OutboxMessage | None:
    """Lock and return the row in which the key was enqueued again; None if another transaction has locked it."""
    alike = OutboxMessage.objects.filter(actor=message.actor, key=message.claimed_key)
    return alike.select_for_update(skip_locked=True).first()


def _with_key(message: OutboxMessage, returned: dict[str, object]) -> bool:
    """Update the row with its key; False if another transaction is storing or has just stored the same key."""
    try:
        with transaction.atomic():
            limits.shorten_lock_waits(milliseconds=_WAIT_MILLISECONDS)
            OutboxMessage.objects.filter(pk=message.pk).update(**returned, key=message.claimed_key, claimed_key=None)
            limits.restore_lock_waits()
    except DatabaseError:
        return False
    return True
