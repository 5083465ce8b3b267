"""What the relay looks for: rows that are a queue of their own, and nobody at work on them."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from livestream import clock, ids
from livestream.models import OutboxMessage
from livestream.outbox import enqueue, sweep
from livestream.storage.purging import forget_some
from notifications import selectors
from notifications.services import inbox, retention


@sweep(every=0.1)
def notice_pushes() -> None:
    """See to it that waiting pushes are sent."""
    if selectors.waiting_pushes().exists():
        wake(actor="send_pushes", key="queue")


@sweep(every=1.0)
def notice_webhooks() -> None:
    """See to it that stored webhooks are processed."""
    if selectors.due_webhooks(now=clock.now()).exists():
        wake(actor=inbox.PROCESSOR, key=inbox.KEY)


@sweep(every=0.1)
def notice_audiences() -> None:
    """See to it that everybody who is to be let in is told."""
    for audience_id in selectors.audiences_to_tell():
        wake(actor="send_stream_authorized", key=audience_id, kwargs={"audience_id": audience_id})


@sweep(every=0.5)
def notice_beginnings() -> None:
    """See to it that the audience is let in anew when the streamer comes on stage, and with it who joined."""
    begun = [(goal_id, since.isoformat()) for goal_id, since in selectors.begun_without_audience()]
    joined = [(goal_id, "joined") for goal_id in selectors.joined_privately()]
    for goal_id, moment in begun + joined:
        kwargs = {"goal_id": goal_id, "event_id": ids.new_id()}
        wake(actor="push_stream_authorized", key=f"{goal_id}:{moment}", kwargs=kwargs, subject=goal_id)


@sweep(every=60)
def forget_the_old() -> None:
    """Delete a few chunks of what is kept for long enough: never so many that a relay has to wait."""
    for forget in (retention.forget_pushes, retention.forget_webhooks, retention.forget_audiences):
        forget_some(forget=forget, full=retention.AT_ONCE, now=clock.now())


def wake(*, actor: str, key: str, kwargs: dict[str, Any] | None = None, subject: str = "") -> None:
    """Store one message for the actor, unless one is there: a failed one has its own time."""
    if not OutboxMessage.objects.filter(actor=actor, key=key).exists():
        with transaction.atomic():
            enqueue(actor, kwargs=kwargs or {}, key=key, subject=subject, pending="keep")
