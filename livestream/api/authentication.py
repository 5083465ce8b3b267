"""Bearer tokens; only this module and `tokens` know which library makes them."""

from __future__ import annotations

from typing import Any

from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework_simplejwt.authentication import JWTAuthentication as LibraryAuthentication
from rest_framework_simplejwt.exceptions import ExpiredTokenError, TokenError
from rest_framework_simplejwt.tokens import Token

from livestream import clock, sign_ins
from livestream.api import known_tokens
from livestream.api.tokens import SIGN_IN, USER, AccessToken
from livestream.errors import Unauthorized
from livestream.models import User

_CHALLENGE = 'Bearer realm="api", error="invalid_token"'


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

    For calls that only read, both are cached, and checked again after TOKEN_REMEMBERED seconds. So the end of a sign-in
    and changes of an account take effect within that time. Other calls, and views with `remembers_callers = False`,
    look them up each time.
    Raises TokenExpired, TokenInvalid, TokenRevoked and UserInactive (all 401).
    """

    def authenticate(self, request: Request) -> Any:
        """Return the user and the token of a request; None where it brings none."""
        header = self.get_header(request)
        raw_token = None if header is None else self.get_raw_token(header)
        if raw_token is None:
            return None
        if not _remembers_callers(request):
            return self._look_up(raw_token)
        return known_tokens.get(raw_token) or self._look_up(raw_token, remember=True)

    def _look_up(self, raw_token: bytes, *, remember: bool = False) -> tuple[User, Token]:
        began, token = known_tokens.now(), self.get_validated_token(raw_token)
        if SIGN_IN not in token:
            return _user_of_earlier_release(token[USER]), token
        sign_in = sign_ins.require(sign_in_id=token[SIGN_IN], now=clock.now())
        if remember:
            known_tokens.keep(raw_token, sign_in, token, seen=began)
        return sign_in.user, token

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


def _remembers_callers(request: Request) -> bool:
    view = request.parser_context["view"]
    return request.method in SAFE_METHODS and getattr(view, "remembers_callers", True)


def _user_of_earlier_release(user_id: str) -> User:
    """Return the user of a token that was issued before there were sign-ins; the last one expires after an hour."""
    user = User.objects.filter(pk=user_id).first()
    if user is None:
        raise TokenInvalid
    if not user.is_active:
        raise sign_ins.UserInactive
    return user
