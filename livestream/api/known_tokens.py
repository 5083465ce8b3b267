"""A cache of the sign-ins of access tokens in this process, for calls that only read.

An entry is trusted for TOKEN_REMEMBERED seconds. Then one query checks the entries that are due.
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
from livestream.sign_ins import SignInState

# Seconds after which an unused token is evicted.
_UNUSED_SECONDS = 10.0
_MOST_TOKENS = 10_000
# How many entries one query refreshes: it takes some 10 ms, and a request waits for it.
_REFRESHED_AT_ONCE = 1_000


@dataclass(slots=True)
class _Known:
    """A cached token: `checked` is when its last lookup began, `used` when it was last sent (monotonic seconds)."""

    user: User
    token: Token
    sign_in_id: str
    state: SignInState
    checked: float
    used: float

    @property
    def is_fresh(self) -> bool:
        """Whether the entry was checked less than TOKEN_REMEMBERED seconds ago."""
        return now() - self.checked < settings.TOKEN_REMEMBERED


_by_token: dict[bytes, _Known] = {}
_writing, _refreshing = threading.Lock(), threading.Lock()
_evicted_at = 0.0


def now() -> float:
    """Return the seconds of a clock that only goes forward."""
    return time.monotonic()


def get(raw_token: bytes) -> tuple[User, Token] | None:
    """Return the cached user and the claims of an access token; None if they have to be looked up."""
    known = _by_token.get(raw_token)
    if known is None or not settings.TOKEN_REMEMBERED:
        return None
    known.used = now()
    if not known.is_fresh:
        _refresh()
        known = _by_token.get(raw_token)
        if known is None or not known.is_fresh:
            return None
    if known.token["exp"] <= clock.to_epoch(clock.now()):
        return None
    return _copy_of(known.user), known.token


def keep(raw_token: bytes, sign_in: SignIn, token: Token, *, seen: float) -> None:
    """Cache the sign-in of a token; evict unused entries, and the oldest one if there are too many."""
    known = _Known(_copy_of(sign_in.user), token, sign_in.pk, sign_ins.state_of(sign_in), checked=seen, used=now())
    with _writing:
        _by_token.pop(raw_token, None)  # so that it is now the newest
        _by_token[raw_token] = known
        if len(_by_token) > _MOST_TOKENS:
            del _by_token[next(iter(_by_token))]
    _evict_unused()


def _refresh() -> None:
    """Check the entries that are due and were used last in one query, and drop those that have changed.

    If another thread is doing so, return at once: the caller then looks up its own token.
    """
    if not _refreshing.acquire(blocking=False):
        return
    try:
        began = now()
        _evict_unused()
        due = [entry for entry in _entries() if not entry[1].is_fresh]
        last = sorted(due, key=lambda entry: entry[1].used, reverse=True)[:_REFRESHED_AT_ONCE]
        states = sign_ins.states_of(sign_in_ids={known.sign_in_id for _, known in last})
        for raw_token, known in last:
            if states.get(known.sign_in_id) == known.state:
                known.checked = began
            else:
                _drop(raw_token, known)
    finally:
        _refreshing.release()


def _evict_unused() -> None:
    """Evict unused tokens, at most once a second."""
    global _evicted_at
    if now() - _evicted_at < 1:
        return
    _evicted_at = now()
    for raw_token, known in _entries():
        if _evicted_at - known.used > _UNUSED_SECONDS:
            _drop(raw_token, known)


def _entries() -> list[tuple[bytes, _Known]]:
    with _writing:
        return list(_by_token.items())


def _drop(raw_token: bytes, known: _Known) -> None:
    """Drop this entry, unless another one has taken its place."""
    with _writing:
        if _by_token.get(raw_token) is known:
            del _by_token[raw_token]


def _copy_of(user: User) -> User:
    """Return a copy for one request: Django caches permissions and related rows in the object."""
    fresh = User.__new__(User)
    fresh.__dict__.update(user.__dict__)
    fresh._state = copy.copy(user._state)
    fresh._state.fields_cache = {}
    return fresh
