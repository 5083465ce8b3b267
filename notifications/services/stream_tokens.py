"""Stream tokens: what a viewer's client shows to be let into a stream (spec section 3)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core import signing

from goals.services import authorizing
from goals.services.authorizing import Grant
from livestream import cached_views, clock
from sessions_app import selectors as sessions
from sessions_app.models import Session

SALT = "stream-token"


def stream_token(*, session_id: str, user_id: str, quality: str, now: datetime) -> dict[str, Any]:
    """Return `{session_id, quality, token, exp}` for this viewer; `exp` in unix seconds.

    The answer is cached until something ends or begins in the session. Raises SessionNotFound
    and what `authorize` does: a refusal is never cached, so a payment counts at once, and
    neither the end of the session nor a block waits for a cached answer to go.
    """
    session = sessions.find_session(session_id=session_id)
    authorizing.refuse_unwelcome(session=session, user_id=user_id)
    name = cached_views.session_token_of(session_id)
    part = f"{quality}:{user_id}"
    found = cached_views.cached(name=name, part=part, build=lambda: _issue(session, user_id, quality, now))
    if found["exp"] > now.timestamp():
        return dict(found)
    return _issue(session, user_id, quality, now)


def _issue(session: Session, user_id: str, quality: str, now: datetime) -> dict[str, Any]:
    grant = authorizing.authorize(session=session, user_id=user_id, quality=quality, now=now)
    answer = {"session_id": session.id, "quality": quality, "exp": clock.to_epoch(grant.exp)}
    return answer | {"token": _sign(grant)}


def _sign(grant: Grant) -> str:
    said = {
        "session_id": grant.session_id,
        "user_id": grant.user_id,
        "quality": grant.quality,
        "exp": clock.to_epoch(grant.exp),
    }
    return signing.dumps(said, salt=SALT, compress=False)
