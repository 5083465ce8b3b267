"""Locking a session, so that it neither ends nor changes before the caller commits."""

from __future__ import annotations

from livestream.storage.compiled import CompiledQuery
from sessions_app.errors import NotYourSession, SessionNotActive, SessionNotFound
from sessions_app.models import Session

_LOCKED = CompiledQuery(lambda session_id: Session.objects.select_for_update(no_key=True).filter(pk=session_id))


def lock_session(*, session_id: str) -> Session:
    """Lock the session's row until the transaction ends; raises SessionNotFound.

    The lock leaves the key alone: rows that merely point to the session need not wait.
    """
    session = _LOCKED.first(session_id=session_id)
    if session is None:
        raise SessionNotFound("There is no session {session_id}.", given={"session_id": session_id})
    return session


def lock_active_session(*, session_id: str) -> Session:
    """Lock a session that is active; raises SessionNotFound and SessionNotActive.

    What the caller adds to the session is committed before the session can end, and so is
    seen by the receivers of `session.ended`.
    """
    session = lock_session(session_id=session_id)
    refuse_ended(session=session)
    return session


def refuse_ended(*, session: Session) -> None:
    """Raise SessionNotActive where the session is over."""
    if not session.active:
        raise SessionNotActive("The session {session_id} is over.", given={"session_id": session.id})


def refuse_others(*, session: Session, caller_id: str) -> None:
    """Raise NotYourSession unless the caller is the session's streamer."""
    if session.streamer_id != caller_id:
        raise NotYourSession


def lock_own_session(*, session_id: str, caller_id: str) -> Session:
    """Lock the caller's own, active session.

    Raises SessionNotFound, NotYourSession and SessionNotActive.
    """
    # Whose it is comes first: a stranger need not learn whether it is over.
    session = lock_session(session_id=session_id)
    refuse_others(session=session, caller_id=caller_id)
    refuse_ended(session=session)
    return session
