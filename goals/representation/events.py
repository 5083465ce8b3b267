"""Logged events as JSON: in the list of a goal's events, and in `GET /events`."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from goals.representation import names, privacy
from goals.representation.documents import EventDocument, ReadEventDocument
from goals.representation.privacy import Reader
from livestream import clock
from livestream.events.contracts import ESCROW_REFUNDED
from livestream.events.signals import DomainSignal
from livestream.models import EventRecord
from wallet import selectors as wallet_selectors


def event_payload(record: EventRecord) -> dict[str, Any]:
    """Return all of a logged event's payload, its times in unix seconds as everywhere in the API."""
    event = DomainSignal.registry[record.name].payload.from_json(record.payload)
    facts = {field.name: getattr(event, field.name) for field in dataclasses.fields(event)}
    return {name: clock.to_epoch(fact) if isinstance(fact, datetime) else fact for name, fact in facts.items()}


def event_documents(records: Sequence[EventRecord]) -> list[EventDocument]:
    """Return logged events with all of their payloads, and the names in them, for the streamer and support."""
    payloads = [event_payload(record) for record in records]
    return [
        {
            "id": record.event_id,
            "name": record.name,
            "occurred_at": clock.to_epoch(record.occurred_at),
            "triggerer": record.triggerer,
            "data": payload,
            "names": named,
        }
        for record, payload, named in zip(records, payloads, names.named_in(payloads), strict=True)
    ]


def read_events(
    records: Sequence[EventRecord], *, user_id: str, cursor_of: Callable[[EventRecord], object]
) -> list[ReadEventDocument]:
    """Return logged events for one person, each with its cursor and the names in it."""
    payloads = [payload_for(record, user_id=user_id) for record in records]
    return [
        {
            "id": record.event_id,
            "name": record.name,
            "occurred_at": clock.to_epoch(record.occurred_at),
            "goal_id": record.goal_id,
            "escrow_id": record.escrow_id,
            "cursor": str(cursor_of(record)),
            "data": payload,
            "names": named,
        }
        for record, payload, named in zip(records, payloads, names.named_in(payloads), strict=True)
    ]


def payload_for(record: EventRecord, *, user_id: str) -> dict[str, Any]:
    """Return an event's payload as one person may read it.

    The streamer reads all of it. A payer reads it without the others, and with their own coins:
    `amount` is what they paid, or what this event refunded to them.
    """
    payload, reader = event_payload(record), Reader(user_id)
    seen = privacy.without_others(payload, reader=reader, streamer_id=record.user_id)
    if reader.reads_everything(streamer_id=record.user_id):
        return seen
    if record.name == ESCROW_REFUNDED.name:
        return seen | {"amount": _refunded_by(record, early=payload["early"], user_id=user_id)}
    if own := (payload.get("payers") or {}).get(user_id):
        return seen | {"amount": own, "payers": {user_id: own}}
    return seen


def _refunded_by(record: EventRecord, *, early: bool, user_id: str) -> int:
    if early:
        return wallet_selectors.refunded_in(batch=record.event_id, user_id=user_id)
    return wallet_selectors.refunded_at_end(escrow_id=str(record.escrow_id), user_id=user_id)
