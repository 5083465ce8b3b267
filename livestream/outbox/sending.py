"""Sending the ids of outbox rows to the broker."""

from __future__ import annotations

import time
from collections.abc import Sequence

import dramatiq
import structlog

log = structlog.get_logger(__name__)

# After a failed send no request tries the broker for a while, so that they do not each wait for a
# connection that cannot be made; the relay keeps trying meanwhile.
_REST_SECONDS = 2.0
_resting_until = 0.0


def send(messages: Sequence[tuple[str, str]], *, insist: bool = False) -> int:
    """Send `(message id, actor name)` pairs and return how many the broker took.

    It never raises for an unavailable broker, since the rows are still stored and due.
    """
    global _resting_until
    if not insist and time.monotonic() < _resting_until:
        return 0
    broker = dramatiq.get_broker()
    for sent, (message_id, actor) in enumerate(messages):
        try:
            broker.enqueue(broker.get_actor(actor).message(message_id))
        except Exception as error:  # noqa: BLE001 - each broker raises its own
            _resting_until = time.monotonic() + _REST_SECONDS
            log.warning("broker_away", error=repr(error), unsent=len(messages) - sent)
            return sent
    return len(messages)
