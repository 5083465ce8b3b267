"""Sweeps of the relay: tables that are queues of their own, whose worker may have to be woken."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from livestream import clock, ids
from livestream.models import OutboxMessage
from livestream.outbox import enqueue, sweep
from livestream.storage.purging import purge_in_chunks
from notifications import selectors
from notifications.services import inbox, retention


@sweep(every=0.1)
def wake_sender() -> None:
    """Have waiting pushes sent."""
    if selectors.waiting_pushes().exists():
        wake(actor="send_pushes", key="queue")


@sweep(every=1.0)
def wake_processor() -> None:
    """Have stored webhooks processed."""
    if selectors.due_webhooks(now=clock.now()).exists():
        wake(actor=inbox.PROCESSOR, key=inbox.KEY)


@sweep(every=0.1)
def wake_stream_senders() -> None:
    """Have the waiting viewers of each audience notified."""
    for audience_id in selectors.audiences_to_tell():
        wake(actor="send_stream_authorized", key=audience_id, kwargs={"audience_id": audience_id})


@sweep(every=0.5)
def enqueue_missing_audiences() -> None:
    """Have an audience created each time the streamer comes on stage, and for viewers who joined a private show."""
    begun = [(goal_id, since.isoformat()) for goal_id, since in selectors.begun_without_audience()]
    joined = [(goal_id, "joined") for goal_id in selectors.joined_privately()]
    for goal_id, moment in begun + joined:
        kwargs = {"goal_id": goal_id, "event_id": ids.new_id()}
        wake(actor="push_stream_authorized", key=f"{goal_id}:{moment}", kwargs=kwargs, subject=goal_id)


@sweep(every=60)
def purge_old_rows() -> None:
    """Purge a few chunks of old rows, so few that the relay is not delayed."""
    for purge in (retention.purge_pushes, retention.purge_webhooks, retention.purge_audiences):
        purge_in_chunks(purge=purge, chunk_size=retention.CHUNK_SIZE, now=clock.now())


def wake(*, actor: str, key: str, kwargs: dict[str, Any] | None = None, subject: str = "") -> None:
    """Store one message for the actor, unless there is one; a failed message keeps its own retry time."""
    if not OutboxMessage.objects.filter(actor=actor, key=key).exists():
        with transaction.atomic():
            enqueue(actor, kwargs=kwargs or {}, key=key, subject=subject, pending="keep")
