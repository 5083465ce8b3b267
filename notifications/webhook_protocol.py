"""A webhook as Pusher sends it: its signature, its body, and whom each event is about (seed 002).

The body is `{time_ms, events: [{name, channel?, user_id?, …}]}`. An event that is malformed, or about
other channels than ours, is skipped and does not affect the others (spec section 5).
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from livestream import clock, ids, json_spans
from livestream.json_bodies import DuplicateMember, UnreadableBody, is_integer, load_object
from livestream.storage.text import is_storable
from notifications import channels
from notifications.channels import GOAL, STREAM, Channel
from notifications.errors import MalformedWebhook, TooManyEvents, WebhookFromFuture, WebhookTooOld

MOST_EVENTS = 10_000
LONGEST_TEXT = 200
AHEAD = timedelta(minutes=5)

OF_MEMBERS = ("member_added", "member_removed")
OF_CHANNELS = ("channel_occupied", "channel_vacated")
NAMES = frozenset({*OF_MEMBERS, *OF_CHANNELS})
UNREADABLE, FOREIGN = "unreadable", "foreign"

_TEXTS = ("name", "channel", "user_id")
_BODY = ("time_ms", "events")
# A value that cannot be parsed. It is of no valid type.
_ODD = object()


@dataclass(frozen=True, slots=True)
class Concern:
    """Whom an event is about.

    `subject_id` is the goal of a stage, otherwise the streamer. With `is_stage` the streamer may have
    come or gone, on which payouts depend; all other events are about an audience.
    """

    subject_id: str
    is_stage: bool


@dataclass(frozen=True, slots=True)
class WebhookEvent:
    """One event of ours; `index` is its place in the webhook."""

    index: int
    name: str
    channel: str
    user_id: str
    concern: Concern

    @property
    def known_members(self) -> dict[str, str]:
        """Return the members of the event that are stored, without empty ones."""
        return {name: text for name in _TEXTS if (text := getattr(self, name))}


@dataclass(frozen=True, slots=True)
class WebhookBody:
    """When the webhook was made, in milliseconds, the events to store, and how many were skipped, by reason."""

    time_ms: int
    events: tuple[WebhookEvent, ...]
    passed_over: Counter[str] = field(default_factory=Counter)


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
    """Parse a signed body; malformed events are skipped.

    Raises UnreadableBody if it is no JSON object, MalformedWebhook if it has no time or no list of
    events, TooManyEvents if there are more than 10,000.
    """
    time_ms, events = _read_at_once(body) or _read_by_parts(body)
    if not is_integer(time_ms):
        raise MalformedWebhook("`time_ms` must be a whole number of milliseconds.")
    if not isinstance(events, list):
        raise MalformedWebhook("`events` must be a list.")
    if len(events) > MOST_EVENTS:
        raise TooManyEvents
    passed_over: Counter[str] = Counter()
    found = [_read_event(index, event) for index, event in enumerate(events)]
    for each in found:
        if isinstance(each, str):
            passed_over[each] += 1
    return WebhookBody(time_ms, tuple(each for each in found if not isinstance(each, str)), passed_over)


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


def concern_of(*, name: str, channel: Channel, user_id: str) -> Concern:
    """Return whom an event on one of our channels is about."""
    if channel.room == GOAL:
        return Concern(channel.subject_id, is_stage=True)
    if channel.room == STREAM and channel.is_presence:
        # An empty channel has nobody in it: its streamer has left, too.
        own = name == "channel_vacated" or (name in OF_MEMBERS and user_id == channel.subject_id)
        return Concern(channel.subject_id, is_stage=own)
    return Concern(channel.subject_id, is_stage=False)


def _read_at_once(body: bytes) -> tuple[Any, Any] | None:
    """Parse the whole body with the standard parser; return None if anything in it is malformed."""
    try:
        document = json.loads(body.decode(), object_pairs_hook=_distinct)
    except (ValueError, RecursionError):
        return None
    return (document.get("time_ms"), document.get("events")) if isinstance(document, dict) else None


def _read_by_parts(body: bytes) -> tuple[Any, Any]:
    """Parse a body in which something is malformed: first what surrounds the events, then each event separately.

    Only the members of an event that we use are parsed, so a malformed other member does not matter.
    """
    try:
        document = _only(json_spans.members(body), _BODY)
        events = document.get("events", b"")
        listed = json_spans.items(events) if events.startswith(b"[") else None
    except json_spans.BrokenJSON as error:
        load_object(body)  # raises a more precise error
        raise UnreadableBody from error
    return _value(document.get("time_ms", b"")), None if listed is None else [_members(each) for each in listed]


def _members(raw: bytes) -> dict[str, Any] | None:
    try:
        return {name: _value(value) for name, value in _only(json_spans.members(raw), _TEXTS).items()}
    except (json_spans.BrokenJSON, DuplicateMember):
        return None


def _only(members: Iterable[tuple[str, bytes]], names: Collection[str]) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for name, value in members:
        if name in names:
            if name in found:
                raise DuplicateMember
            found[name] = value
    return found


def _value(raw: bytes) -> Any:
    try:
        return json.loads(raw.decode())
    except (ValueError, RecursionError):
        return _ODD


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member comes twice")
    return members


def _read_event(index: int, event: object) -> WebhookEvent | str:
    """Return the event to store, or the reason why it is skipped."""
    texts = [_text(event.get(name)) for name in _TEXTS] if isinstance(event, Mapping) else [None]
    if None in texts or not texts[0]:
        return UNREADABLE
    name, channel_name, user_id = map(str, texts)
    channel = channels.parse(channel_name) if name in NAMES else None
    if channel is None:
        return FOREIGN
    if name in OF_MEMBERS and not ids.is_valid(user_id):
        return UNREADABLE
    return WebhookEvent(index, name, channel_name, user_id, concern_of(name=name, channel=channel, user_id=user_id))


def _text(value: object) -> str | None:
    """Return a text that can be stored, "" for a missing one, and None for anything else."""
    if value is None:
        return ""
    readable = isinstance(value, str) and len(value) <= LONGEST_TEXT and is_storable(value)
    return str(value) if readable else None
