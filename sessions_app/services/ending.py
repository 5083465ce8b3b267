"""Ending a session: disconnect, the countdown before it, deactivate_session, BanRoomUser (seed 000)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from livestream.events import publish
from livestream.events.contracts import SESSION_ENDED, SessionEnded
from livestream.outbox import Delivery, durable, enqueue, external, pending_messages
from livestream.storage.conflicts import retried
from sessions_app import selectors
from sessions_app.models import Session, Source
from sessions_app.rtc.contract import Refused
from sessions_app.rtc.providers import get_provider
from sessions_app.services import locking, rtc_calls, session_events

BAN = "BanRoomUser"


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
    """Stop a countdown, since the streamer came back, and return whether there was one.

    It does not stop an end that was requested explicitly.
    """
    stopped, _ = pending_messages(deactivate_session, key=_countdown_key(session_id)).delete()
    return bool(stopped)


@durable(subject="session_id")
def deactivate_session(now: datetime, *, session_id: str) -> bool:
    """End a session and publish `session.ended`; return whether this call did it.

    Of any number of calls one does it, and the others return False. A streamer who broadcasts
    through BytePlus is removed from the room by BanRoomUser.
    """
    with transaction.atomic():
        # Messages before sessions, as in the task, which has locked its own message first.
        cancel_disconnect(session_id=session_id)
        ended = Session.objects.filter(pk=session_id, active=True)
        if not ended.update(active=False, ended_at=now):
            return False
        session = selectors.get_session(session_id=session_id)
        _ban_from_room(session)
        publish(SESSION_ENDED, SessionEnded(**session_events.payload_of(session=session)))
    return True


def _countdown_key(session_id: str) -> str:
    return f"countdown:{session_id}"


def _ban_from_room(session: Session) -> None:
    source = selectors.first_source_of(user_id=session.streamer_id, provider=Source.BYTEPLUS)
    if source is not None:
        enqueue(
            ban_room_user,
            Delivery(key=session.id),
            room_id=selectors.room_of(session=session),
            user_id=session.streamer_id,
            source_id=source.id,
            session_id=session.id,
        )


@external(name=BAN, subject="session_id")
def ban_room_user(now: datetime, *, room_id: str | None, user_id: str, source_id: str, session_id: str) -> None:
    """Remove the streamer of an ended session from its room; raises Unavailable, to be tried again.

    It may run late, after the provider was unavailable: a streamer who is live again in the same
    room by then stays. `source_id` is stored for people who read the task. It calls the network,
    and must run outside of a transaction.
    """
    room_id = room_id or selectors.room_of(session=selectors.find_session(session_id=session_id))
    live = selectors.active_session_of(streamer_id=user_id)
    if live is not None and selectors.room_of(session=live) == room_id:
        return
    provider = get_provider()
    try:
        rtc_calls.make_call(
            action=BAN,
            provider=provider,
            method=provider.ban_room_user,
            subject=session_id,
            now=now,
            room_id=room_id,
            user_id=user_id,
        )
    except Refused as error:
        rtc_calls.log_refusal(action=BAN, subject=session_id, error=error)
