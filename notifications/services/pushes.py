"""Storing pushes, in the transaction of the change that they report."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from notifications import payloads, push_contracts
from notifications.models import Push
from notifications.provider import Outgoing
from notifications.push_contracts import PushEvent

MOST_CHANNELS = 100
_ROWS_A_STATEMENT = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One event and who is to hear it; `subject` is the id of what it is about.

    `data` has the members that `push_contracts` declares, without `event_id` and `push_id`.
    """

    channels: Sequence[str]
    event: PushEvent
    data: Mapping[str, Any]
    subject: str
    event_id: str


def push(
    *,
    channels: Sequence[str],
    event: PushEvent,
    data: Mapping[str, Any],
    subject: str,
    event_id: str,
    now: datetime,
) -> None:
    """Store one event for `channels`, to be sent after the caller's transaction.

    `event_id` and `push_id` go into the data; the same ones for a repeat, so that clients can drop it.
    Data over 10 KB is shortened, and every 100 channels are a row (spec section 8). Raises UndeclaredPush.
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


def push_id(*, event: str, event_id: str, channel: str) -> str:
    """Return the id of a push: the same in a repeat, another for other data; `channel` is its first.

    `event_id` alone would not do: several pushes of different data report one event.
    """
    return hashlib.sha256(f"{event}:{event_id}:{channel}".encode()).hexdigest()[:24]


def _rows(message: Message, now: datetime, bulk: bool) -> Iterator[Push]:
    names = list(dict.fromkeys(message.channels))
    if not names:
        return
    data = payloads.fit(_named(message, names[0]))
    for start in range(0, len(names), MOST_CHANNELS):
        yield Push(
            channels=names[start : start + MOST_CHANNELS],
            event=PushEvent(message.event),
            data=data,
            subject=message.subject,
            event_id=message.event_id,
            bulk=bulk,
            created_at=now,
        )


def _named(message: Message, channel: str) -> dict[str, Any]:
    own = push_id(event=PushEvent(message.event), event_id=message.event_id, channel=channel)
    data = {**message.data, "event_id": message.event_id, "push_id": own}
    push_contracts.check(event=PushEvent(message.event), members=data)
    return data
