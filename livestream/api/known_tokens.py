"""Whom access tokens let in, as a process looked it up within the last second (setting TOKEN_REMEMBERED)."""

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

# Tokens that a process remembers. The one that was looked up first is forgotten first.
_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class _Known:
    """Whom a token lets in; `seen` is when it began to be looked up (monotonic seconds)."""

    user: User
    token: Token
    seen: float


_by_header: OrderedDict[bytes, _Known] = OrderedDict()
_writing = threading.Lock()


def now() -> float:
    """Return the seconds of a clock that only goes forward."""
    return time.monotonic()


def get(header: bytes) -> tuple[User, Token] | None:
    """Return whom the token of an `Authorization` header lets in; None if that has to be looked up."""
    known = _by_header.get(header)
    if known is None or now() - known.seen >= settings.TOKEN_REMEMBERED:
        return None
    if known.token["exp"] <= clock.to_epoch(clock.now()):
        return None
    return _copy_of(known.user), known.token


def keep(header: bytes, user: User, token: Token, *, seen: float) -> None:
    """Remember whom a token lets in, and forget those that would have to be looked up again anyway."""
    with _writing:
        _by_header[header] = _Known(_copy_of(user), token, seen)
        _by_header.move_to_end(header)
        while len(_by_header) > _REMEMBERED or seen - next(iter(_by_header.values())).seen > settings.TOKEN_REMEMBERED:
            _by_header.popitem(last=False)


def _copy_of(user: User) -> User:
    """Return a user for one request alone: what is looked up about a user is kept in the object."""
    fresh = User.__new__(User)
    fresh.__dict__.update(user.__dict__)
    fresh._state = copy.copy(user._state)
    fresh._state.fields_cache = {}
    return fresh
