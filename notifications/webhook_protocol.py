"""A webhook as Pusher sends it: its signature and its body (seed 002).

The body is `{time_ms, events: [{name, channel?, user_id?, …}]}`.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from livestream import clock
from livestream.json_bodies import is_integer, load_object, refuse_unstorable
from notifications.errors import MalformedWebhook, WebhookFromFuture, WebhookTooOld

MOST_EVENTS = 100
LONGEST_TEXT = 200
AHEAD = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class WebhookEvent:
    """One event of a webhook; `raw` is the event with all of its members."""

    name: str
    channel: str
    user_id: str
    raw: dict[str, Any]


@dataclass(frozen=True, slots=True)
class WebhookBody:
    """When the webhook was made, in milliseconds, and its events."""

    time_ms: int
    events: tuple[WebhookEvent, ...]


def sign(*, body: bytes, secret: str) -> str:
    """Return the signature of a webhook: HMAC-SHA256 of the raw body, in hex."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def is_signed(*, body: bytes, key: str, signature: str, pairs: Iterable[tuple[str, str]]) -> bool:
    """Return whether `signature` is that of one of the `(key, secret)` pairs called `key`.

    It compares bytes: a signature of other characters is wrong, not an error. A pair without a
    secret signs nothing, because anybody could.
    """
    given = signature.encode(errors="replace")
    secrets = [secret for name, secret in pairs if secret and name == key]
    return any(hmac.compare_digest(sign(body=body, secret=secret).encode(), given) for secret in secrets)


def read(body: bytes) -> WebhookBody:
    """Read a signed body; raises MalformedWebhook, or UnreadableBody where it is no JSON object.

    Unknown names of events are accepted, because Pusher may add new ones.
    """
    document = load_object(body)
    refuse_unstorable(document)
    time_ms: Any = document.get("time_ms")
    events = document.get("events")
    if not is_integer(time_ms):
        raise MalformedWebhook("time_ms is a whole number of milliseconds.")
    if not isinstance(events, list) or len(events) > MOST_EVENTS:
        raise MalformedWebhook(f"events is a list of at most {MOST_EVENTS}.")
    return WebhookBody(time_ms, tuple(_read_event(event) for event in events))


def check_age(*, time_ms: int, now: datetime, max_age: timedelta) -> None:
    """Raise WebhookTooOld or WebhookFromFuture unless the webhook was made about now."""
    now_ms = now.timestamp() * 1000
    if time_ms < now_ms - max_age.total_seconds() * 1000:
        raise WebhookTooOld(max_age=int(max_age.total_seconds()))
    if time_ms > now_ms + AHEAD.total_seconds() * 1000:
        raise WebhookFromFuture


def time_of(*, time_ms: int, received_at: datetime) -> datetime:
    """Return when an event happened: never after it was received, whatever the sender's clock says."""
    return min(clock.from_epoch(time_ms / 1000), received_at)


def _read_event(event: Any) -> WebhookEvent:
    if not isinstance(event, dict):
        raise MalformedWebhook("An event is an object.")
    name = _text(event, "name")
    if not name:
        raise MalformedWebhook("An event has a name.")
    return WebhookEvent(name, _text(event, "channel"), _text(event, "user_id"), event)


def _text(event: dict[str, Any], member: str) -> str:
    value = event.get(member)
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > LONGEST_TEXT:
        raise MalformedWebhook(f"{member} is a text of at most {LONGEST_TEXT} characters.")
    return value
