"""The sign-ins of access tokens, remembered in this process for calls that only read.

What has changed about them is looked up once in TOKEN_REMEMBERED seconds, for all in one query.
"""

from __future__ import annotations

import copy
import threading
import time
from dataclasses import dataclass

from django.conf import settings
from rest_framework_simplejwt.tokens import Token

from livestream import clock, sign_ins
from livestream.models import SignIn, User
from livestream.sign_ins import Standing

# Seconds after which a token that nobody sends is forgotten, and how many are remembered at most.
_KEPT, _MOST_TOKENS = 10.0, 10_000
# How many are looked up in one query: it takes some 10 ms, for which a request waits.
_AT_ONCE = 1_000


@dataclass(slots=True)
class _Known:
    """A token's user; `seen` is when the last lookup began, `used` when the token was last sent (monotonic seconds)."""

    user: User
    token: Token
    standing: Standing
    seen: float
    used: float

    @property
    def is_current(self) -> bool:
        """Whether it was looked up less than TOKEN_REMEMBERED seconds ago."""
        return now() - self.seen < settings.TOKEN_REMEMBERED


_by_header: dict[bytes, _Known] = {}
_writing, _looking = threading.Lock(), threading.Lock()
_swept = 0.0


def now() -> float:
    """Return the seconds of a clock that only goes forward."""
    return time.monotonic()


def get(header: bytes) -> tuple[User, Token] | None:
    """Return the user and the token of an `Authorization` header; None if they have to be looked up."""
    known = _by_header.get(header)
    if known is None or not settings.TOKEN_REMEMBERED:
        return None
    known.used = now()
    if not known.is_current:
        _look_up_again()
        known = _by_header.get(header)
        if known is None or not known.is_current:
            return None
    if known.token["exp"] <= clock.to_epoch(clock.now()):
        return None
    return _copy_of(known.user), known.token


def keep(header: bytes, sign_in: SignIn, token: Token, *, seen: float) -> None:
    """Remember the sign-in of a token, and forget those that are too old or too many."""
    with _writing:
        _by_header[header] = _Known(_copy_of(sign_in.user), token, sign_ins.standing_of(sign_in), seen, used=now())
        if len(_by_header) > _MOST_TOKENS:
            del _by_header[next(iter(_by_header))]
    _forget_unused()


def _look_up_again() -> None:
    """Look up those that were sent last, and forget those about whom something has changed.

    While another thread does it, this one does nothing.
    """
    if not _looking.acquire(blocking=False):
        return
    try:
        began = now()
        _forget_unused()
        known = dict(sorted(_remembered(), key=lambda each: each[1].used, reverse=True)[:_AT_ONCE])
        found = sign_ins.standings_of(sign_in_ids={each.standing[0] for each in known.values()})
        for header, each in known.items():
            if found.get(each.standing[0]) == each.standing:
                each.seen = began
            else:
                _by_header.pop(header, None)
    finally:
        _looking.release()


def _forget_unused() -> None:
    """Forget tokens that nobody sends, once a second at most."""
    global _swept
    if now() - _swept < 1:
        return
    _swept = now()
    for header, known in _remembered():
        if _swept - known.used > _KEPT:
            _by_header.pop(header, None)


def _remembered() -> list[tuple[bytes, _Known]]:
    with _writing:
        return list(_by_header.items())


def _copy_of(user: User) -> User:
    """Return a copy for one request: Django caches permissions and related rows in the object."""
    fresh = User.__new__(User)
    fresh.__dict__.update(user.__dict__)
    fresh._state = copy.copy(user._state)
    fresh._state.fields_cache = {}
    return fresh
