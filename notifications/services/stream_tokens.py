"""Stream tokens: what a viewer's client shows to be let into a stream (spec sections 3 and 7).

A token is a JSON Web Token, signed with Ed25519 (RFC 8037). It is made here and not by a library: a
crowd has as many as it has viewers, and apart from the signature there is little to do for each.
"""

from __future__ import annotations

import functools
import json
from datetime import datetime
from typing import Any

from goals.services import authorizing
from goals.services.authorizing import Grant
from livestream import cached_views, clock
from notifications.services import stream_keys
from notifications.services.stream_keys import StreamKey
from sessions_app import selectors as sessions
from sessions_app.models import Session
from sessions_app.services import presence, room_tokens

NO_ROOM = {"byteplus_token": None, "byteplus_rtc_info": None}
_ENCODER = json.JSONEncoder(separators=(",", ":"))


def stream_token(*, session_id: str, user_id: str, quality: str, now: datetime) -> dict[str, Any]:
    """Return `{session_id, quality, exp, token, byteplus_token, byteplus_rtc_info}`; `exp` in unix seconds.

    The room is that of what the user may watch, and None where that is only the preview of something
    that others paid for; the streamer is always let in, and may publish. The answer is cached until
    something ends or begins in the session. Raises SessionNotFound and what `authorize` does: a refusal
    is never cached, so a payment counts at once, and neither the end of the session nor a block waits
    for a cached answer to go.
    """
    session = sessions.find_session(session_id=session_id)
    authorizing.refuse_unwelcome(session=session, user_id=user_id)
    if user_id == session.streamer_id:
        presence.sign_of_life(streamer_id=user_id, now=now)
    name = cached_views.session_token_of(session_id)
    part = f"{quality}:{user_id}"
    found = cached_views.cached(name=name, part=part, build=lambda: _issue(session, user_id, quality, now))
    if found["exp"] > now.timestamp():
        return dict(found)
    return _issue(session, user_id, quality, now)


def sign(*, grant: Grant, now: datetime) -> str:
    """Return the token of a grant: `sub` (the user), `session_id`, `quality`, `goal_id`, `iat` and `exp`.

    `goal_id` is left out of a token for the public stream. Whoever streams what is paid for lets in those
    tokens alone that name its goal.
    """
    key = stream_keys.signing_key()
    claims = {"sub": grant.user_id, "session_id": grant.session_id, "quality": grant.quality}
    if grant.goal_id:
        claims["goal_id"] = grant.goal_id
    times = {"iat": clock.to_epoch(now), "exp": clock.to_epoch(grant.exp)}
    signed = f"{_header(key)}.{_part(claims | times)}"
    return f"{signed}.{stream_keys.base64url(key.private.sign(signed.encode()))}"


@functools.lru_cache(maxsize=4)
def _header(key: StreamKey) -> str:
    return _part({"alg": stream_keys.ALGORITHM, "typ": "JWT", "kid": key.kid})


def _part(content: dict[str, Any]) -> str:
    return stream_keys.base64url(_ENCODER.encode(content).encode())


def _issue(session: Session, user_id: str, quality: str, now: datetime) -> dict[str, Any]:
    grant = authorizing.authorize(session=session, user_id=user_id, quality=quality, now=now)
    answer = {"session_id": session.id, "quality": quality, "exp": clock.to_epoch(grant.exp)}
    return answer | {"token": sign(grant=grant, now=now)} | _room(session, grant, now)


def _room(session: Session, grant: Grant, now: datetime) -> dict[str, Any]:
    if not grant.opens_room:
        return NO_ROOM
    room = room_tokens.room_of(session=session, goal_id=grant.goal_id)
    performs = grant.user_id == session.streamer_id
    return room_tokens.admission(room=room, user_id=grant.user_id, exp=grant.exp, now=now, publish=performs)
