"""Stream tokens, with which a viewer's client is admitted to a stream (spec sections 3 and 7).

A token is a JSON Web Token, signed with Ed25519 (RFC 8037). It is built here and not by a library, which
is faster: each viewer of a crowd needs a token (decision 15).
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

    The room's members are None for the preview of a goal that others paid for. The streamer is always
    admitted, and may publish. The answer is cached until a goal begins or ends in the session. Refusals
    are never cached, so a payment counts at once. The end of the session and blocks are checked before
    the cache is read. Raises SessionNotFound and what `authorize` raises.
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

    A token for the public stream has no `goal_id`. An edge that streams a paid goal must admit only
    tokens with its `goal_id`.
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
