"""Sending stored pushes: in order, in as few calls as possible, outside of any transaction."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

import structlog
from django.conf import settings
from django.db.models import F

from livestream import clock
from livestream.outbox import external
from livestream.storage.text import storable
from notifications import payloads, selectors
from notifications.models import Push
from notifications.provider import LARGEST_BATCH, Outgoing, Provider, Refused, Unavailable, get_provider

log = structlog.get_logger(__name__)

PAGE = 40
_LONGEST_ERROR = 2_000


@external()
def send_pushes() -> None:
    """Send waiting pushes for a few seconds; the sweep enqueues it again."""
    until = time.monotonic() + settings.OUTBOX_LEASE
    provider = get_provider()
    while send_page(provider=provider, now=clock.now(), until=until) and time.monotonic() < until:
        pass


def send_page(*, provider: Provider, now: datetime, size: int = PAGE, until: float = math.inf) -> int:
    """Send the next `size` waiting pushes and return how many were looked at.

    Each call is noted as soon as it is made, and none begins after `until` (monotonic seconds): a
    slow provider must not hold the page for longer than its task may. A push that is refused is marked,
    and delays no other. If the provider is unavailable, it raises Unavailable, and the pushes wait.
    """
    waiting = list(selectors.waiting_pushes()[:size])
    for together in calls(pushes=waiting):
        if time.monotonic() > until:
            break
        _send(together, provider, now)
    return len(waiting)


def calls(*, pushes: Iterable[Push]) -> Iterator[list[Push]]:
    """Divide pushes into the calls that send them, in their order, so that no channel's order changes.

    A call holds ten entries, and a push counts once for each of its channels. A push for more
    channels than that has a call of its own, since one event may go to a hundred of them.
    """
    together: list[Push] = []
    entries = 0
    for push in pushes:
        if together and entries + len(push.channels) > LARGEST_BATCH:
            yield together
            together, entries = [], 0
        together.append(push)
        entries += len(push.channels)
    if together:
        yield together


def _send(together: Sequence[Push], provider: Provider, now: datetime) -> None:
    try:
        provider.send([_outgoing(push) for push in together])
    except Refused as error:
        if len(together) == 1:
            _set_aside(together[0], error, now)
            return
        for push in together:  # one of them is at fault, and each alone shows which
            _send([push], provider, now)
    except Unavailable as error:
        _note(together, attempts=F("attempts") + 1, error=_text(error))
        raise
    else:
        _note(together, sent_at=now, provider=provider.name, error="")


def _outgoing(push: Push) -> Outgoing:
    return Outgoing(tuple(push.channels), push.event, payloads.encode(push.data))


def _set_aside(push: Push, error: Refused, now: datetime) -> None:
    _note([push], failed_at=now, attempts=F("attempts") + 1, error=_text(error))
    log.error("push_refused", push_id=push.pk, push=push.event, error=_text(error))


def _note(together: Sequence[Push], **changes: object) -> None:
    Push.objects.filter(pk__in=[push.pk for push in together]).update(**changes)


def _text(error: Exception) -> str:
    return storable(str(error), longest=_LONGEST_ERROR)
