"""Analytics counts sessions."""

from __future__ import annotations

from livestream.events import receives
from livestream.events.contracts import SESSION_ENDED, SESSION_STARTED, SessionEvent
from sessions_app.services import telling


@receives(SESSION_STARTED, effect=True)
@receives(SESSION_ENDED, effect=True)
def track_session_status(event: SessionEvent) -> None:
    telling.track_session_status(event=event)
