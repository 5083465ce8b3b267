"""Sweeps of sessions: sessions that nobody ended are ended, and recordings reconciled."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings

from livestream import clock
from livestream.outbox import Delivery, enqueue, sweep, sweep_transaction
from sessions_app import selectors
from sessions_app.services import ending, recording


@sweep(every=60)
def end_old_sessions() -> None:
    """End sessions that are older than SESSION_MAX_DURATION: until then the money of their viewers is held."""
    old = selectors.opened_before(before=clock.now() - timedelta(seconds=settings.SESSION_MAX_DURATION))
    for session_id in old:
        with sweep_transaction():
            delivery = Delivery(key=f"forgotten:{session_id}", pending="keep")
            enqueue(ending.deactivate_session, delivery, session_id=session_id)


@sweep(every=60)
def reconcile_recordings() -> None:
    """Repeat the requests to the RTC provider that it has not fulfilled."""
    recording.reconcile(now=clock.now())
