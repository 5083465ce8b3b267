"""Ending a session: disconnect, the countdown before it, deactivate_session (seed 000)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from livestream.events import publish
from livestream.events.contracts import SESSION_ENDED, SessionEnded
from livestream.models import OutboxMessage
from livestream.outbox import enqueue
from livestream.storage.conflicts import retried
from sessions_app import selectors
from sessions_app.models import Session, Source
from sessions_app.services import locking, telling


@retried
def end_session(*, session_id: str, caller_id: str) -> None:
    """Have the streamer's own session ended right after the commit; one that is over stays so.

    Raises SessionNotFound and NotYourSession.
    """
    with transaction.atomic():
        session = selectors.get_session(session_id=session_id)
        locking.refuse_others(session=session, caller_id=caller_id)
        if session.active:
            kwargs = {"streamer_id": caller_id, "session_id": session_id}
            enqueue("disconnect", kwargs=kwargs, subject=session_id, inline=True)


def disconnect(
    *,
    streamer_id: str,
    session_id: str,
    now: datetime,
    device_disconnect_countdown: int | None = None,
) -> None:
    """End the streamer's active session now, or `device_disconnect_countdown` seconds later.

    A second countdown does not prolong the first. Sessions of others, and those that are
    over, are left alone.
    """
    mine = Session.objects.filter(pk=session_id, streamer_id=streamer_id, active=True)
    if not mine.exists():
        return
    kwargs, seconds = {"session_id": session_id}, device_disconnect_countdown or 0
    with transaction.atomic():
        if seconds > 0:
            _count_down(kwargs, at=now + timedelta(seconds=seconds))
        else:
            # Without a key: sharing another's message would mean returning before it is done.
            enqueue("deactivate_session", kwargs=kwargs, subject=session_id, inline=True)


def cancel_disconnect(*, session_id: str) -> bool:
    """Stop a countdown, since the streamer came back, and tell whether there was one.

    A session that is being ended for good is not kept by this.
    """
    key = _countdown_key(session_id)
    stopped, _ = OutboxMessage.objects.filter(actor="deactivate_session", key=key).delete()
    return bool(stopped)


def deactivate_session(*, session_id: str, now: datetime) -> bool:
    """End a session and publish `session.ended`; tell whether this call did it.

    Of any number of calls one does it, and the others return quietly. A streamer who
    broadcasts through BytePlus is put out of the room by BanRoomUser.
    """
    with transaction.atomic():
        # Messages before sessions, as in the actor, which has locked its own message first.
        cancel_disconnect(session_id=session_id)
        ended = Session.objects.filter(pk=session_id, active=True)
        if not ended.update(active=False, ended_at=now):
            return False
        session = selectors.get_session(session_id=session_id)
        _ban_from_room(session)
        publish(SESSION_ENDED, SessionEnded(**telling.facts_of(session=session)))
    return True


def _count_down(kwargs: dict[str, str], at: datetime) -> None:
    # A key of its own: ending the session at once must not wait for the countdown, and
    # stopping the countdown must not stop an end that was asked for.
    session_id = kwargs["session_id"]
    enqueue(
        "deactivate_session",
        kwargs=kwargs,
        eta=at,
        key=_countdown_key(session_id),
        subject=session_id,
        pending="keep",
    )


def _countdown_key(session_id: str) -> str:
    return f"countdown:{session_id}"


def _ban_from_room(session: Session) -> None:
    source = selectors.first_source_of(user_id=session.streamer_id, provider=Source.BYTEPLUS)
    if source is not None:
        kwargs = {
            "room_id": selectors.room_of(session=session),
            "user_id": session.streamer_id,
            "source_id": source.id,
            "session_id": session.id,
        }
        enqueue("BanRoomUser", kwargs=kwargs, key=session.id, subject=session.id)
