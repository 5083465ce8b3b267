"""Stream tokens: what a viewer's client shows to be let into a stream (spec section 3)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core import signing

from goals.services import authorizing
from goals.services.authorizing import SD, Grant
from livestream import cached_views, clock
from sessions_app import selectors as sessions
from sessions_app.models import Session
from sessions_app.services import room_tokens

SALT = "stream-token"
NO_ROOM = {"byteplus_token": None, "byteplus_rtc_info": None}


def stream_token(*, session_id: str, user_id: str, quality: str, now: datetime) -> dict[str, Any]:
    """Return `{session_id, quality, exp, token, byteplus_token, byteplus_rtc_info}`; `exp` in unix seconds.

    The preview opens no room, lest it show what others pay for; the streamer is always let
    in, and may publish. The answer is cached until something ends or begins in the session.
    Raises SessionNotFound and what `authorize` does: a refusal is never cached, so a payment
    counts at once, and neither the end of the session nor a block waits for a cached answer to go.
    """
    session = sessions.find_session(session_id=session_id)
    authorizing.refuse_unwelcome(session=session, user_id=user_id)
    name = cached_views.session_token_of(session_id)
    part = f"{quality}:{user_id}"
    found = cached_views.cached(name=name, part=part, build=lambda: _issue(session, user_id, quality, now))
    if found["exp"] > now.timestamp():
        return dict(found)
    return _issue(session, user_id, quality, now)


def sign(grant: Grant) -> str:
    """Return the token that says what a grant allows, and until when."""
    said = {
        "session_id": grant.session_id,
        "user_id": grant.user_id,
        "quality": grant.quality,
        "exp": clock.to_epoch(grant.exp),
    }
    return signing.dumps(said, salt=SALT, compress=False)


def _issue(session: Session, user_id: str, quality: str, now: datetime) -> dict[str, Any]:
    grant = authorizing.authorize(session=session, user_id=user_id, quality=quality, now=now)
    answer = {"session_id": session.id, "quality": quality, "exp": clock.to_epoch(grant.exp)}
    return answer | {"token": sign(grant)} | _room(session, grant, now)


def _room(session: Session, grant: Grant, now: datetime) -> dict[str, Any]:
    performs = grant.user_id == session.streamer_id
    if grant.quality != SD and not performs:
        return NO_ROOM
    room = room_tokens.room_of(session=session, goal_id=grant.goal_id)
    return room_tokens.admission(room=room, user_id=grant.user_id, exp=grant.exp, now=now, publish=performs)
