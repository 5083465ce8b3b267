"""Storing pushes, in the transaction of the change that they report."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from notifications import payloads
from notifications.models import Push
from notifications.provider import Outgoing

MOST_CHANNELS = 100
_ROWS_A_STATEMENT = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One event and who is to hear it; `subject` is the id of what it is about."""

    channels: Sequence[str]
    event: str
    data: Mapping[str, Any]
    subject: str
    event_id: str


def push(
    *,
    channels: Sequence[str],
    event: str,
    data: Mapping[str, Any],
    subject: str,
    event_id: str,
    now: datetime,
) -> None:
    """Store one event for `channels`, to be sent after the caller's transaction.

    `event_id` goes into the data; the same one for a repeat, so that clients can drop it.
    Data over 10 KB becomes a reference, and every 100 channels are a row (spec section 8).
    """
    message = Message(channels=channels, event=event, data=data, subject=subject, event_id=event_id)
    push_all(messages=[message], now=now)


def push_all(*, messages: Iterable[Message], now: datetime, bulk: bool = False) -> None:
    """Store many events at once; `bulk` ones wait until nothing else is to be sent."""
    rows = (row for message in messages for row in _rows(message, now, bulk))
    Push.objects.bulk_create(rows, batch_size=_ROWS_A_STATEMENT)


def keep_sent(*, outgoing: Iterable[Outgoing], subject: str, event_id: str, provider: str, now: datetime) -> None:
    """Store events that were sent directly, like pushes that were sent from the queue."""
    about = {"subject": subject, "event_id": event_id, "provider": provider, "created_at": now, "sent_at": now}
    rows = (
        Push(channels=list(each.channels), event=each.event, data=json.loads(each.data), **about) for each in outgoing
    )
    Push.objects.bulk_create(rows, batch_size=_ROWS_A_STATEMENT)


def _rows(message: Message, now: datetime, bulk: bool) -> Iterator[Push]:
    data = payloads.fit({**message.data, "event_id": message.event_id})
    names = list(dict.fromkeys(message.channels))
    for start in range(0, len(names), MOST_CHANNELS):
        yield Push(
            channels=names[start : start + MOST_CHANNELS],
            event=message.event,
            data=data,
            subject=message.subject,
            event_id=message.event_id,
            bulk=bulk,
            created_at=now,
        )
