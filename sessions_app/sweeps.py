"""What the relay asks sessions again and again."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import transaction

from livestream import clock
from livestream.outbox import Delivery, enqueue, sweep
from sessions_app import selectors
from sessions_app.services import ending, record_wishes


@sweep(every=60)
def forgotten_sessions() -> None:
    """End sessions that nobody ended for SESSION_MAX_DURATION: their viewers' money waits for it."""
    forgotten = selectors.opened_before(before=clock.now() - timedelta(seconds=settings.SESSION_MAX_DURATION))
    if forgotten:
        with transaction.atomic():
            for session_id in forgotten:
                delivery = Delivery(key=f"forgotten:{session_id}", pending="keep")
                enqueue(ending.deactivate_session, delivery, session_id=session_id)


@sweep(every=60)
def open_recordings() -> None:
    """Ask again for recordings that a vendor was too long away for."""
    record_wishes.settle_open(now=clock.now())
