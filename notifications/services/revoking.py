"""Revoking the access of viewers who are blocked, whose account is closed, or who are refunded (spec section 6)."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.db import transaction

from goals.endings import EndedBecause
from goals.models import Goal
from goals.services import authorizing
from livestream import cached_views
from livestream.events.contracts import AccountClosed, EscrowRefunded, UserBlocked
from livestream.outbox import Delivery, enqueue, external
from livestream.users import is_blocked
from notifications import audience_selectors, channels
from notifications.models import Admission
from notifications.provider import Refused, get_provider
from notifications.push_contracts import PushEvent
from notifications.services import pushes
from sessions_app.models import Session
from sessions_app.services import bans

log = structlog.get_logger(__name__)

# A token may have been signed just now, by a machine whose clock is ahead of ours.
_MARGIN = timedelta(seconds=60)
# Connections are closed this much later, so that `stream.revoked` and `escrow.refunded` still arrive.
_CLOSING_DELAY = timedelta(seconds=2)
# The notes on viewers who waited to be admitted, by reason; the default is GIVEN_BACK.
_NOTES: dict[str, str] = {
    EndedBecause.BLOCKED: audience_selectors.BLOCKED,
    EndedBecause.ACCOUNT_CLOSED: audience_selectors.CLOSED,
}


@dataclass(frozen=True, slots=True)
class Loss:
    """Who loses access, why, and by which event: to everything, or only to the goals of `escrow_id`."""

    viewers: Sequence[str]
    reason: str
    event_id: str
    escrow_id: str | None = None


def revoke_from_blocked(*, event: UserBlocked, now: datetime) -> None:
    """Revoke a viewer's access to a streamer who blocked them, unless they have been unblocked since."""
    if is_blocked(user_id=event.user_id, streamer_id=event.streamer_id):
        loss = Loss([event.user_id], EndedBecause.BLOCKED, event.event_id)
        _revoke(loss, audience_selectors.sessions_to_watch(streamer_id=event.streamer_id), now)


def revoke_from_closed(*, event: AccountClosed, now: datetime) -> None:
    """Revoke the access of a closed account to running goals that it paid for, and close its connections.

    Tokens of public streams expire soon, and a closed account gets no new ones.
    """
    loss = Loss([event.user_id], EndedBecause.ACCOUNT_CLOSED, event.event_id)
    _revoke(loss, audience_selectors.sessions_paid_for(user_id=event.user_id), now)


def revoke_from_paid_back(*, event: EscrowRefunded, now: datetime) -> None:
    """Revoke access to goals whose payments were refunded early.

    Blocks and closed accounts have their own events, which revoke more than that.
    """
    returned = audience_selectors.paid_back_early(escrow_id=event.escrow_id, batch=event.event_id)
    sessions = audience_selectors.sessions_of(escrow_id=event.escrow_id)
    for reason, viewers in returned.items():
        if viewers and reason not in _NOTES:
            _revoke(Loss(viewers, reason, event.event_id, event.escrow_id), sessions, now)


@external(subject="user_id")
def end_connections(*, user_id: str) -> None:
    """Close the connections of a user, whose client has to be authorized again; raises Unavailable."""
    try:
        get_provider().end_connections(user_id=user_id)
    except Refused as error:
        log.error("connections_not_ended", user_id=user_id, error=str(error))


def _revoke(loss: Loss, sessions: Sequence[Session], now: datetime) -> None:
    with transaction.atomic():
        for session in sessions:
            running = authorizing.running_goals(session=session)
            goals = [goal for goal in running if loss.escrow_id in (None, goal.escrow_id)]
            cached_views.invalidate_get_session_token_view_cache(session_id=session.id)
            _fail_waiting(loss, goals, now)
            _put_out(loss, session, goals, now)
        pushes.push_all(messages=_messages(loss, sessions), now=now)
        for viewer_id in _to_disconnect(loss):
            enqueue(end_connections, Delivery(key=viewer_id, eta=now + _CLOSING_DELAY), user_id=viewer_id)


def _to_disconnect(loss: Loss) -> list[str]:
    """Return whose connections are to be closed.

    A streamer who is live keeps theirs when somebody blocks them: anybody may, and it would take them off their stage.
    """
    if loss.escrow_id is not None:
        return []
    may_be_live = loss.reason == EndedBecause.BLOCKED
    return [
        each for each in loss.viewers if not (may_be_live and audience_selectors.sessions_to_watch(streamer_id=each))
    ]


def _fail_waiting(loss: Loss, goals: Collection[Goal], now: datetime) -> None:
    waiting = Admission.objects.filter(viewer_id__in=loss.viewers, audience__goal_id__in=[goal.id for goal in goals])
    note = _NOTES.get(loss.reason, audience_selectors.GIVEN_BACK)
    waiting.filter(told_at=None, failed_at=None).update(failed_at=now, error=note)


def _put_out(loss: Loss, session: Session, goals: Collection[Goal], now: datetime) -> None:
    """Ban the viewers from each room that they may have a token for, until those tokens have expired."""
    rooms: dict[str | None, datetime] = {goal.id: authorizing.grant_exp(goal=goal, now=now) for goal in goals}
    if loss.escrow_id is None:
        rooms[None] = now + authorizing.LONGEST_PUBLIC_GRANT
    for viewer_id in loss.viewers:
        for goal_id, until in rooms.items():
            bans.ban_viewer(session=session, goal_id=goal_id, user_id=viewer_id, until=until + _MARGIN)


def _messages(loss: Loss, sessions: Sequence[Session]) -> list[pushes.Message]:
    return [
        pushes.Message(
            channels=[channels.user(viewer_id)],
            event=PushEvent.STREAM_REVOKED,
            data={"session_id": session.id, "streamer_id": session.streamer_id, "reason": loss.reason},
            subject=session.id,
            event_id=_event_id(loss.event_id, session, number),
        )
        for number, session in enumerate(sessions)
        for viewer_id in loss.viewers
    ]


def _event_id(event_id: str, session: Session, number: int) -> str:
    """Return an id that is the same in a repeat; clients drop a second push with the same id on a channel."""
    if not number:
        return event_id
    return event_id[:8] + hashlib.sha256(f"{event_id}:{session.id}".encode()).hexdigest()[:16]
