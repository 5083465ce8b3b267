"""Leases of running external tasks: a thread renews them, so they expire soon after their process dies."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from django.conf import settings
from django.db import connection, transaction

from livestream import clock
from livestream.models import OutboxMessage
from livestream.outbox import claiming

log = structlog.get_logger(__name__)
_RENEWALS_A_LEASE = 3

_lock = threading.Lock()
_held: dict[str, tuple[OutboxMessage, float]] = {}
_renewer: tuple[int, threading.Thread] | None = None


@contextmanager
def renewed(message: OutboxMessage, *, seconds: float) -> Iterator[None]:
    """Renew the lease of a claimed message while the block runs, for `seconds` at most."""
    with _lock:
        _held[message.pk] = message, time.monotonic() + seconds
        _ensure_renewer()
    try:
        yield
    finally:
        with _lock:
            _held.pop(message.pk, None)


def _ensure_renewer() -> None:
    global _renewer
    if _renewer is None or _renewer[0] != os.getpid() or not _renewer[1].is_alive():
        thread = threading.Thread(target=_renew_while_held, name="leases", daemon=True)
        _renewer = os.getpid(), thread
        thread.start()


def _renew_while_held() -> None:
    """Renew the held leases until none is left; a task that ends before its first renewal costs no query."""
    global _renewer
    try:
        while True:
            time.sleep(settings.OUTBOX_LEASE / _RENEWALS_A_LEASE)
            with _lock:
                if not _held:
                    _renewer = None
                    return
                held = [message for message, until in _held.values() if until > time.monotonic()]
            _renew(held)
    finally:
        connection.close()


def _renew(held: list[OutboxMessage]) -> None:
    try:
        with transaction.atomic():
            # A row that is locked for longer cannot be claimed meanwhile, and is renewed in the next round.
            ids = [message.pk for message in claiming.still_claimed(messages=held)]
            OutboxMessage.objects.filter(pk__in=ids).update(running_until=clock.now() + claiming.lease())
    except Exception as error:  # noqa: BLE001 - the next renewal may succeed, or the lease ends
        log.warning("lease_not_renewed", error=repr(error), held=[message.actor for message in held])
        connection.close()
