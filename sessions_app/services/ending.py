"""Ending a session: disconnect, the countdown before it, deactivate_session (seed 000)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from livestream.events import publish
from livestream.events.contracts import SESSION_ENDED, SessionEnded
from livestream.outbox import Delivery, durable, enqueue, pending_messages
from livestream.storage.conflicts import retried
from sessions_app import selectors
from sessions_app.models import Session, Source
from sessions_app.services import banning, locking, telling


@retried
def end_session(*, session_id: str, caller_id: str) -> None:
    """Have the streamer's own session ended right after the commit; one that is over stays so.

    Raises SessionNotFound and NotYourSession.
    """
    with transaction.atomic():
        session = selectors.get_session(session_id=session_id)
        locking.refuse_others(session=session, caller_id=caller_id)
        if session.active:
            enqueue(disconnect, Delivery(inline=True), streamer_id=caller_id, session_id=session_id)


@durable(subject="session_id")
def disconnect(
    now: datetime, *, streamer_id: str, session_id: str, device_disconnect_countdown: int | None = None
) -> None:
    """End the streamer's active session now, or `device_disconnect_countdown` seconds later.

    A second countdown does not prolong the first. Sessions of others, and those that are
    over, are left alone.
    """
    mine = Session.objects.filter(pk=session_id, streamer_id=streamer_id, active=True)
    if not mine.exists():
        return
    seconds = device_disconnect_countdown or 0
    with transaction.atomic():
        if seconds > 0:
            # A key of its own: ending the session at once must not wait for the countdown, and
            # stopping the countdown must not stop an end that was asked for.
            over_at, key = now + timedelta(seconds=seconds), _countdown_key(session_id)
            enqueue(deactivate_session, Delivery(eta=over_at, key=key, pending="keep"), session_id=session_id)
        else:
            # Without a key: sharing another's message would mean returning before it is done.
            enqueue(deactivate_session, Delivery(inline=True), session_id=session_id)


def cancel_disconnect(*, session_id: str) -> bool:
    """Stop a countdown, since the streamer came back, and tell whether there was one.

    A session that is being ended for good is not kept by this.
    """
    stopped, _ = pending_messages(deactivate_session, key=_countdown_key(session_id)).delete()
    return bool(stopped)


@durable(subject="session_id")
def deactivate_session(now: datetime, *, session_id: str) -> bool:
    """End a session and publish `session.ended`; tell whether this call did it.

    Of any number of calls one does it, and the others return quietly. A streamer who
    broadcasts through BytePlus is put out of the room by BanRoomUser.
    """
    with transaction.atomic():
        # Messages before sessions, as in the task, which has locked its own message first.
        cancel_disconnect(session_id=session_id)
        ended = Session.objects.filter(pk=session_id, active=True)
        if not ended.update(active=False, ended_at=now):
            return False
        session = selectors.get_session(session_id=session_id)
        _ban_from_room(session)
        publish(SESSION_ENDED, SessionEnded(**telling.facts_of(session=session)))
    return True


def _countdown_key(session_id: str) -> str:
    return f"countdown:{session_id}"


def _ban_from_room(session: Session) -> None:
    source = selectors.first_source_of(user_id=session.streamer_id, provider=Source.BYTEPLUS)
    if source is not None:
        enqueue(
            banning.ban_room_user,
            Delivery(key=session.id),
            room_id=selectors.room_of(session=session),
            user_id=session.streamer_id,
            source_id=source.id,
            session_id=session.id,
        )
