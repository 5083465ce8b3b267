"""Reporting to analytics and business intelligence; the event's id lets them drop a repeat."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from livestream import clock
from livestream.analytics import tracking
from livestream.analytics.tracking import Tracked
from livestream.events.contracts import ChannelEvent, EscrowEvent, EscrowRefunded
from livestream.events.signals import DomainSignal


def track_channel_presence(*, name: str, event: ChannelEvent) -> None:
    """Track that a user entered or left a channel; `seen_at` in unix seconds."""
    tracking.track(event=name, properties=_presence(event), insert_id=event.event_id, user_id=event.user_id)


def track_presence_of_many(*, events: Iterable[ChannelEvent]) -> None:
    """Track many events like `track_channel_presence`, with one task."""
    tracking.track_all(
        events=[
            Tracked(
                event=DomainSignal.of(event).name,
                properties=_presence(event),
                insert_id=event.event_id,
                user_id=event.user_id,
            )
            for event in events
        ]
    )


def _presence(event: ChannelEvent) -> dict[str, Any]:
    return {
        "channel": event.channel,
        "room": event.room,
        "subject_id": event.subject_id,
        "seen_at": clock.to_epoch(event.time),
    }


def track_escrow(*, name: str, event: EscrowEvent) -> None:
    """Track what became of the money in an escrow, in coins."""
    tracking.track(
        event=name,
        properties=_properties(event),
        insert_id=event.event_id,
        user_id=getattr(event, "user_id", None),
    )


def record_bi_escrow_refund(*, event: EscrowRefunded) -> None:
    """Report a refund to business intelligence, as `update_bi_escrow` does a payout."""
    insert_id = f"bi-{event.event_id}"
    tracking.track(event="bi.escrow.refunded", properties=_properties(event), insert_id=insert_id)


def _properties(event: EscrowEvent) -> dict[str, Any]:
    properties: dict[str, Any] = {"escrow_id": event.escrow_id, "amount": event.amount}
    if isinstance(event, EscrowRefunded):
        properties |= {"payers": event.payers, "final": event.final, "early": event.early}
    return properties
