"""The section of the session: when it was opened, went live and ended."""

from __future__ import annotations

from datetime import datetime

from livestream.story import Entry, Kind, RowRef, Section, Subject, Window, timeline_section
from sessions_app.models import Session

_TITLES = {"created": "Session opened", "started": "Session went live", "ended": "Session ended"}


@timeline_section(order=0)
def session_section(subject: Subject, window: Window, now: datetime) -> Section:
    """List when the session of the goals was opened, went live and ended."""
    session = Session.objects.filter(pk=subject.session_id).first() if subject.session_id else None
    if session is None:
        return Section()
    ref = RowRef(model="sessions_app.session", pk=session.id, name="session")
    return Section(
        entries=[
            Entry(at=at, kind=Kind.SESSION, title=_TITLES[status], order=(order,), ref=ref)
            for order, (status, at) in enumerate(session.statuses.items())
            if at is not None
        ]
    )
