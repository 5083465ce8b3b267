"""What the relay asks sessions again and again."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import transaction

from livestream import clock
from livestream.outbox import enqueue, sweep
from sessions_app import selectors
from sessions_app.services import record_wishes


@sweep(every=60)
def forgotten_sessions() -> None:
    """End sessions that nobody ended for SESSION_MAX_DURATION: their viewers' money waits for it."""
    forgotten = selectors.opened_before(before=clock.now() - timedelta(seconds=settings.SESSION_MAX_DURATION))
    if forgotten:
        with transaction.atomic():
            for session_id in forgotten:
                kwargs, key = {"session_id": session_id}, f"forgotten:{session_id}"
                enqueue("deactivate_session", kwargs=kwargs, key=key, subject=session_id, pending="keep")


@sweep(every=60)
def open_recordings() -> None:
    """Ask again for recordings that a vendor was too long away for."""
    record_wishes.settle_open(now=clock.now())
