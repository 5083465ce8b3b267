"""What the relay looks for: rows that are a queue of their own, and nobody at work on them."""

from __future__ import annotations

from django.db import transaction

from livestream import clock
from livestream.models import OutboxMessage
from livestream.outbox import enqueue, sweep
from notifications import selectors
from notifications.services import inbox


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


def wake(*, actor: str, key: str) -> None:
    """Store one message for the actor, unless one is there: a failed one has its own time."""
    if not OutboxMessage.objects.filter(actor=actor, key=key).exists():
        with transaction.atomic():
            enqueue(actor, kwargs={}, key=key, pending="keep")
