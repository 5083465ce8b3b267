"""A stream goes live, or is over (seed 000)."""

from __future__ import annotations

from livestream import clock
from livestream.events import receives
from livestream.events.contracts import SESSION_ENDED, SESSION_STARTED, SessionEvent, SessionStarted
from notifications.services import session_pushes


@receives(SESSION_STARTED, effect=True, news=True)
@receives(SESSION_ENDED, effect=True, news=True)
def notify_viewers_livestream_online(event: SessionEvent) -> None:
    started = isinstance(event, SessionStarted)
    name = session_pushes.ONLINE if started else session_pushes.OFFLINE
    session_pushes.push_livestream(name=name, event=event, now=clock.now())
