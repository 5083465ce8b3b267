"""Bearer tokens; only this module and `tokens` know which library makes them."""

from __future__ import annotations

import copy
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any, cast

from django.conf import settings
from rest_framework.request import Request
from rest_framework_simplejwt.authentication import JWTAuthentication as LibraryAuthentication
from rest_framework_simplejwt.exceptions import ExpiredTokenError, TokenError
from rest_framework_simplejwt.tokens import Token

from livestream import clock, sign_ins
from livestream.api.tokens import SIGN_IN, USER, AccessToken
from livestream.errors import Unauthorized
from livestream.models import User

_CHALLENGE = 'Bearer realm="api", error="invalid_token"'
# Tokens that a process remembers; the one that was not used for the longest time is forgotten first.
_REMEMBERED = 10_000


class TokenExpired(Unauthorized):
    """The access token is older than `expires_in` seconds."""

    code = "token_expired"
    title = "The access token has expired; refresh it"
    advice = "Get a new pair with `POST /auth/token/refresh`, and repeat the call."
    challenge = _CHALLENGE


class TokenInvalid(Unauthorized):
    """The text is not an access token of this service."""

    code = "token_invalid"
    title = "This is not an access token of this service"
    advice = "Send the `access` of the last pair, not its `refresh`."
    challenge = _CHALLENGE


class JWTAuthentication(LibraryAuthentication):
    """Reads `Authorization: Bearer …`, and looks up the user and their sign-in in one query.

    Who a token lets in is remembered for TOKEN_REMEMBERED seconds, so the end of a sign-in, the closing of an
    account or a change of it takes effect within that time.
    Raises TokenExpired, TokenInvalid, TokenRevoked and UserInactive (all 401).
    """

    def authenticate(self, request: Request) -> Any:
        """Return the user and the token of a request; None where it brings none."""
        header = self.get_header(request)
        if header is None:
            return None
        known = _known.get(header)
        if known is not None:
            return known
        found = super().authenticate(request)
        if found is not None:
            user, token = found
            _known.keep(header, cast("User", user), token)
        return found

    def get_raw_token(self, header: bytes) -> bytes | None:
        """Return the token of an `Authorization` header, or None for another scheme. The scheme is case-insensitive."""
        scheme, space, rest = header.partition(b" ")
        return super().get_raw_token(b"Bearer " + rest if space and scheme.lower() == b"bearer" else header)

    def get_validated_token(self, raw_token: bytes) -> Token:
        """Return the token; raises TokenExpired and TokenInvalid."""
        try:
            return AccessToken(raw_token)
        except ExpiredTokenError as error:
            raise TokenExpired from error
        except TokenError as error:
            raise TokenInvalid from error

    def get_user(self, validated_token: Token) -> Any:
        """Return the user of the token, if its sign-in has not ended."""
        sign_in_id = validated_token.get(SIGN_IN)
        if sign_in_id is None:
            return _user_of_earlier_release(validated_token[USER])
        return sign_ins.require(sign_in_id=sign_in_id, now=clock.now()).user


def _user_of_earlier_release(user_id: str) -> User:
    """Return the user of a token that was issued before there were sign-ins; the last one expires after an hour."""
    user = User.objects.filter(pk=user_id).first()
    if user is None:
        raise TokenInvalid
    if not user.is_active:
        raise sign_ins.UserInactive
    return user


@dataclass(frozen=True, slots=True)
class _Known:
    """Whom a token lets in, as it was looked up at `seen` (monotonic seconds)."""

    user: User
    token: Token
    seen: float


class _KnownTokens:
    """The tokens that were looked up a moment ago, by their `Authorization` header."""

    def __init__(self) -> None:
        self._by_header: OrderedDict[bytes, _Known] = OrderedDict()
        self._writing = threading.Lock()

    def get(self, header: bytes) -> tuple[User, Token] | None:
        """Return whom a token lets in; None if it was not looked up a moment ago, or has expired meanwhile."""
        known = self._by_header.get(header)
        if known is None or time.monotonic() - known.seen >= settings.TOKEN_REMEMBERED:
            return None
        if known.token["exp"] <= clock.to_epoch(clock.now()):
            return None
        return _copy_of(known.user), known.token

    def keep(self, header: bytes, user: User, token: Token) -> None:
        """Remember whom a token lets in."""
        known = _Known(_copy_of(user), token, time.monotonic())
        with self._writing:
            self._by_header[header] = known
            self._by_header.move_to_end(header)
            if len(self._by_header) > _REMEMBERED:
                self._by_header.popitem(last=False)


def _copy_of(user: User) -> User:
    """Return a user of its own for one request, which has read nothing yet that depends on the user."""
    fresh = User.__new__(User)
    fresh.__dict__.update(user.__dict__)
    fresh._state = copy.copy(user._state)
    fresh._state.fields_cache = {}
    return fresh


_known = _KnownTokens()
