"""What the relay looks for: rows that are a queue of their own, and nobody at work on them."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction

from livestream import clock, ids
from livestream.outbox import Delivery, enqueue, pending_messages, sweep
from livestream.storage.purging import forget_some
from notifications import selectors
from notifications.services import admitting, inbox, processing, retention, sending, streams


@sweep(every=0.1)
def notice_pushes() -> None:
    """See to it that waiting pushes are sent."""
    if selectors.waiting_pushes().exists() and _is_idle(sending.send_pushes, key="queue"):
        with transaction.atomic():
            enqueue(sending.send_pushes, Delivery(key="queue", pending="keep"))


@sweep(every=1.0)
def notice_webhooks() -> None:
    """See to it that stored webhooks are processed."""
    if selectors.due_webhooks(now=clock.now()).exists() and _is_idle(processing.process_webhooks, key=inbox.KEY):
        with transaction.atomic():
            enqueue(processing.process_webhooks, Delivery(key=inbox.KEY, pending="keep"))


@sweep(every=0.1)
def notice_audiences() -> None:
    """See to it that everybody who is to be let in is told."""
    for audience_id in selectors.audiences_to_tell():
        if _is_idle(admitting.send_stream_authorized, key=audience_id):
            with transaction.atomic():
                delivery = Delivery(key=audience_id, pending="keep")
                enqueue(admitting.send_stream_authorized, delivery, audience_id=audience_id)


@sweep(every=0.5)
def notice_beginnings() -> None:
    """See to it that the audience is let in anew when the streamer comes on stage, and with it who joined."""
    begun = [(goal_id, since.isoformat()) for goal_id, since in selectors.begun_without_audience()]
    joined = [(goal_id, "joined") for goal_id in selectors.joined_privately()]
    for goal_id, moment in begun + joined:
        key = f"{goal_id}:{moment}"
        if _is_idle(streams.authorize, key=key):
            with transaction.atomic():
                enqueue(streams.authorize, Delivery(key=key, pending="keep"), goal_id=goal_id, event_id=ids.new_id())


@sweep(every=60)
def forget_the_old() -> None:
    """Delete a few chunks of what is kept for long enough: never so many that a relay has to wait."""
    for forget in (retention.forget_pushes, retention.forget_webhooks, retention.forget_audiences):
        forget_some(forget=forget, full=retention.AT_ONCE, now=clock.now())


def _is_idle(task: Callable[..., object], *, key: str) -> bool:
    """Tell whether no message of the task waits under this key: a failed one has its own time."""
    return not pending_messages(task, key=key).exists()
