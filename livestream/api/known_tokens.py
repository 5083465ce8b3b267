"""The users of access tokens, remembered in this process for TOKEN_REMEMBERED seconds."""

from __future__ import annotations

import copy
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass

from django.conf import settings
from rest_framework_simplejwt.tokens import Token

from livestream import clock
from livestream.models import User

# The token that was looked up first is forgotten first.
_MOST_TOKENS = 10_000


@dataclass(frozen=True, slots=True)
class _Known:
    """The user of a token; `seen` is when the lookup began (monotonic seconds)."""

    user: User
    token: Token
    seen: float


_by_header: OrderedDict[bytes, _Known] = OrderedDict()
_writing = threading.Lock()


def now() -> float:
    """Return the seconds of a clock that only goes forward."""
    return time.monotonic()


def get(header: bytes) -> tuple[User, Token] | None:
    """Return the user and the token of an `Authorization` header; None if they have to be looked up."""
    known = _by_header.get(header)
    if known is None or now() - known.seen >= settings.TOKEN_REMEMBERED:
        return None
    if known.token["exp"] <= clock.to_epoch(clock.now()):
        return None
    return _copy_of(known.user), known.token


def keep(header: bytes, user: User, token: Token, *, seen: float) -> None:
    """Remember the user of a token, and drop entries that are too old or too many."""
    with _writing:
        _by_header[header] = _Known(_copy_of(user), token, seen)
        _by_header.move_to_end(header)
        while len(_by_header) > _MOST_TOKENS or seen - next(iter(_by_header.values())).seen > settings.TOKEN_REMEMBERED:
            _by_header.popitem(last=False)


def _copy_of(user: User) -> User:
    """Return a copy for one request: Django caches permissions and related rows in the object."""
    fresh = User.__new__(User)
    fresh.__dict__.update(user.__dict__)
    fresh._state = copy.copy(user._state)
    fresh._state.fields_cache = {}
    return fresh
