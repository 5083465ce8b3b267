"""The life of a session until it ends: open, start, change."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from livestream.events import publish
from livestream.events.contracts import SESSION_STARTED, SessionStarted
from livestream.storage.conflicts import retried
from sessions_app import selectors
from sessions_app.errors import SessionAlreadyActive, SessionAlreadyStarted
from sessions_app.models import Session
from sessions_app.services import ending, locking, session_events, session_versions

CHANGEABLE = ("title", "preset", "prices")


@retried
def open_session(
    *,
    streamer_id: str,
    now: datetime,
    title: str = "",
    preset: str = Session.Preset.PUBLIC,
    prices: Mapping[str, int] | None = None,
) -> Session:
    """Open a session; `prices` are coins a minute by quality.

    Raises SessionAlreadyActive while the streamer has another one, however closely two
    calls follow each other: the database keeps them apart.
    """
    session = Session(streamer_id=streamer_id, title=title, preset=preset, prices=dict(prices or {}), created_at=now)
    try:
        with transaction.atomic():
            session.save(force_insert=True)
            session_versions.bump(session_id=session.id)
    except IntegrityError as error:
        other = selectors.active_session_of(streamer_id=streamer_id)
        raise SessionAlreadyActive(session_id=other.id if other else None) from error
    return session


@retried
def start_session(*, session_id: str, caller_id: str, now: datetime) -> Session:
    """Take a session live and publish `session.started`.

    Raises SessionNotFound, NotYourSession, SessionNotActive and SessionAlreadyStarted.
    """
    with transaction.atomic():
        session = locking.lock_own_session(session_id=session_id, caller_id=caller_id)
        if session.started_at is not None:
            raise SessionAlreadyStarted
        session.started_at = now
        session.save(update_fields=["started_at"])
        session_versions.bump(session_id=session.id)
        publish(SESSION_STARTED, SessionStarted(**session_events.payload_of(session=session)))
    return session


@retried
def change_session(*, session_id: str, caller_id: str, changes: Mapping[str, Any]) -> Session:
    """Change title, preset or prices, which are replaced as a whole, and publish `session.changed`.

    Unchanged values are ignored. The call stops the session's countdown, since it shows that the
    streamer is there. Raises SessionNotFound, NotYourSession and SessionNotActive.
    """
    with transaction.atomic():
        locking.refuse_others(session=selectors.find_session(session_id=session_id), caller_id=caller_id)
        ending.cancel_disconnect(session_id=session_id)  # before the session is locked, as its end does
        session = locking.lock_own_session(session_id=session_id, caller_id=caller_id)
        changed = [name for name in CHANGEABLE if name in changes and changes[name] != getattr(session, name)]
        if changed:
            for name in changed:
                setattr(session, name, changes[name])
            session.save(update_fields=changed)
            session_events.publish_changed(session=session)
    return session
