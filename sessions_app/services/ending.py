"""Ending a session: disconnect, the countdown before it, deactivate_session (seed 000)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from livestream import realtime, users
from livestream.events import publish
from livestream.events.contracts import SESSION_ENDED, SessionEnded
from livestream.models import OutboxMessage
from livestream.outbox import Delivery, Urgency, durable, enqueue, external, pending_messages
from livestream.storage.conflicts import retried
from sessions_app import selectors, stages
from sessions_app.models import Session
from sessions_app.services import bans, locking, session_events, session_versions


@retried
def end_session(*, session_id: str, caller_id: str, now: datetime) -> None:
    """End the streamer's own session; one that is over stays so.

    Raises SessionNotFound and NotYourSession.
    """
    with transaction.atomic():
        session = selectors.get_session(session_id=session_id)
        locking.refuse_others(session=session, caller_id=caller_id)
        if session.active:
            disconnect(now, streamer_id=caller_id, session_id=session_id)


def end_session_of_closed_account(*, streamer_id: str) -> None:
    """End the active session of a streamer whose account is closed, if there is one, with a task."""
    session = selectors.active_session_of(streamer_id=streamer_id)
    if session is not None and users.is_closed(user_id=streamer_id):
        enqueue(deactivate_session, session_id=session.id)


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
            count_down(session_id=session_id, seconds=seconds, now=now)
        else:
            # In the caller's transaction, which may keep the ended session as an answer.
            deactivate_session(now, session_id=session_id)


def count_down(*, session_id: str, seconds: float, now: datetime) -> None:
    """Have `end_after_countdown` run in `seconds`; a countdown that is running is not extended."""
    # A task of its own: ending the session at once must not wait for the countdown, and stopping
    # the countdown must not stop an end that was asked for.
    over_at, key = now + timedelta(seconds=seconds), _countdown_key(session_id)
    enqueue(end_after_countdown, Delivery(eta=over_at, key=key, pending="keep"), session_id=session_id)


def is_counting_down(*, session_id: str) -> bool:
    """Return whether a countdown is running."""
    return any(messages.exists() for messages in _countdowns(session_id))


def cancel_disconnect(*, session_id: str) -> bool:
    """Stop a countdown, since the streamer came back, and return whether there was one.

    It does not stop an end that was requested explicitly.
    """
    stopped = [messages.delete()[0] for messages in _countdowns(session_id)]
    return any(stopped)


@external(urgency=Urgency.LIFECYCLE, subject="session_id")
def end_after_countdown(now: datetime, *, session_id: str) -> None:
    """End a session whose streamer stayed away for the whole countdown.

    If the realtime server says that the streamer is in their stream or on a stage, the countdown starts
    again instead. It calls the network, and must run outside of a transaction.
    """
    session = selectors.find_session(session_id=session_id)
    if _is_seen(session.streamer_id):
        with transaction.atomic():
            if _lock_countdown(session_id, now):
                cancel_disconnect(session_id=session_id)
                count_down(session_id=session_id, seconds=settings.DEVICE_DISCONNECT_COUNTDOWN, now=now)
        return
    with transaction.atomic():
        on_stages = stages.staged_goals(streamer_id=session.streamer_id)
        realtime.work_off(subjects=(session.streamer_id, *on_stages), now=now)
    _end_unless_back(session, now)


@retried
def _end_unless_back(session: Session, now: datetime) -> None:
    with transaction.atomic():
        if not _lock_countdown(session.id, now):
            return  # the streamer came back in the meantime
        ended = _deactivate(session.id, now)
        cancel_disconnect(session_id=session.id)  # of a session that had ended before
        known = selectors.presence_of(streamer_id=session.streamer_id)
        if known is not None and not known.online:
            stages.leave_every_stage(streamer_id=session.streamer_id, at=known.changed_at, now=now)
        if ended:
            session_versions.bump(session_id=session.id)


@durable(subject="session_id")
def deactivate_session(now: datetime, *, session_id: str) -> bool:
    """End a session and publish `session.ended`; return whether this call did it.

    Only one of several calls does it, the others return False. The accepted webhooks about the streamer
    are processed first. A streamer who broadcasts through BytePlus is removed from the rooms with
    BanRoomUser.
    """
    with transaction.atomic():
        active = Session.objects.filter(pk=session_id, active=True)
        streamer_id = active.values_list("streamer_id", flat=True).first()
        if streamer_id is None:
            return False
        realtime.work_off(subjects=(streamer_id,), now=now)
        if not _deactivate(session_id, now):
            return False
        session_versions.bump(session_id=session_id)
        return True


def _deactivate(session_id: str, now: datetime) -> bool:
    """End a session; the caller raises its version afterwards, since versions are locked last."""
    # Messages before sessions, as in the task, which has locked its own message first.
    cancel_disconnect(session_id=session_id)
    ended = Session.objects.filter(pk=session_id, active=True)
    if not ended.update(active=False, ended_at=now):
        return False
    session = selectors.get_session(session_id=session_id)
    bans.ban_streamer(session=session, now=now)
    publish(SESSION_ENDED, SessionEnded(**session_events.payload_of(session=session)))
    return True


def _is_seen(streamer_id: str) -> bool:
    if realtime.is_in_stream(streamer_id=streamer_id):
        return True
    on = stages.open_stages(streamer_id=streamer_id)
    return any(realtime.is_on_stage(goal_id=goal_id, user_id=streamer_id) for goal_id in on)


def _lock_countdown(session_id: str, now: datetime) -> bool:
    """Lock the countdown that is over, so that nothing stops it meanwhile; return False if it was stopped.

    The streamer may have come back and left again since, which has begun another one that is not over.
    """
    [_, messages] = _countdowns(session_id)
    return bool(messages.filter(eta__lte=now).select_for_update())


def _countdowns(session_id: str) -> list[QuerySet[OutboxMessage]]:
    """Return the countdown of a session, as stored by the previous release, and as stored by this one."""
    key = _countdown_key(session_id)
    return [pending_messages(task, key=key) for task in (deactivate_session, end_after_countdown)]


def _countdown_key(session_id: str) -> str:
    return f"countdown:{session_id}"
