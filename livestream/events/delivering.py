"""Storing what runs one effect receiver on one event of the log."""

from __future__ import annotations

from livestream.events.registry import Receiver
from livestream.models import EventRecord
from livestream.outbox import enqueue


def deliver(*, record: EventRecord, receiver: Receiver) -> None:
    """Store the message that runs an effect receiver; one that waits for the same is not doubled."""
    enqueue(
        "run_receiver",
        kwargs={"position": record.position, "receiver": receiver.key},
        key=f"{record.position}:{receiver.name}",
        subject=subject_of(record=record),
    )


def subject_of(*, record: EventRecord) -> str:
    """Return the id of what an event is about, by which its messages are found."""
    return record.goal_id or record.escrow_id or record.session_id or ""
