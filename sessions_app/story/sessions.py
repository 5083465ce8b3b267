"""The chapter of the session: when it was opened, went live and ended."""

from __future__ import annotations

from datetime import datetime

from livestream.story import Entry, Kind, Subject, Thing, Told, Window, tells
from sessions_app.models import Session

_TITLES = {"created": "Session opened", "started": "Session went live", "ended": "Session ended"}


@tells(place=0)
def tell_session(subject: Subject, window: Window, now: datetime) -> Told:
    """Tell when the session of the goals was opened, went live and ended."""
    session = Session.objects.filter(pk=subject.session_id).first() if subject.session_id else None
    if session is None:
        return Told()
    thing = Thing(model="sessions_app.session", pk=session.id, name="session")
    return Told(
        entries=[
            Entry(at=at, kind=Kind.SESSION, title=_TITLES[status], order=(order,), thing=thing)
            for order, (status, at) in enumerate(session.statuses.items())
            if at is not None
        ]
    )
