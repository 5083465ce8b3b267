"""Tokens of the API, issued and checked by the one clock (`livestream.clock`).

The library reads the machine's clock, and so does PyJWT. A token that is issued on a machine whose clock is
ahead would be refused by others ("issued in the future"), and would expire at a different moment on each.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from functools import cache, lru_cache
from typing import Any

import jwt
from rest_framework_simplejwt import tokens
from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.exceptions import ExpiredTokenError, TokenBackendError, TokenError
from rest_framework_simplejwt.settings import api_settings

from livestream import clock, ids, sign_ins
from livestream.errors import Unauthorized
from livestream.models import SignIn, User
from livestream.sign_ins import TokenRevoked

# Times are checked by `Token.verify` instead, which knows the moment.
_OPTIONS = {"verify_exp": False, "verify_iat": False, "verify_nbf": False}
# The claims with the id of the user, of the sign-in, and of the token itself.
USER, SIGN_IN, TOKEN = api_settings.USER_ID_CLAIM, "sid", api_settings.JTI_CLAIM


class RefreshExpired(Unauthorized):
    """The refresh token was not used within `refresh_expires_in` seconds."""

    code = "refresh_expired"
    title = "The refresh token has expired; sign in again"
    advice = "Ask for the password again."


class RefreshInvalid(Unauthorized):
    """The text is not a refresh token of this service."""

    code = "refresh_invalid"
    title = "This is not a refresh token of this service"
    advice = "Send the `refresh` of the last pair, not its `access`. If you have none, ask for the password again."


class SignatureBackend(TokenBackend):
    """Checks the signature of a token, but not its times."""

    def decode(self, token: Any, verify: bool = True) -> dict[str, Any]:
        """Return the claims of a token; raises TokenBackendError where its signature is not ours."""
        try:
            return dict(_claims_of(token, self.get_verifying_key(token), self.algorithm, verify))
        except jwt.InvalidTokenError as error:
            raise TokenBackendError("Token is invalid") from error


# A client sends the same token with each call. Only the signature is checked here; `Token.verify` checks the times.
@lru_cache(maxsize=1_024)
def _claims_of(token: Any, key: Any, algorithm: str, verify: bool) -> dict[str, Any]:
    options: Any = _OPTIONS | {"verify_signature": verify}
    return jwt.decode(token, key, algorithms=[algorithm], options=options)


@cache
def _backend() -> SignatureBackend:
    return SignatureBackend(api_settings.ALGORITHM, api_settings.SIGNING_KEY, api_settings.VERIFYING_KEY)


class _ClockedToken(tokens.Token):
    """A token whose `current_time`, on which the library bases all times, is that of the one clock."""

    def __init__(self, token: Any = None, verify: bool = True) -> None:
        super().__init__(token, verify)
        if token is None:
            self.current_time = clock.now()
            self.set_exp()
            self.set_iat()

    def verify(self) -> None:
        """Check the type, the user, the id and the expiry; raises TokenError, and ExpiredTokenError for the last."""
        self.current_time = clock.now()
        self.verify_token_type()
        if not ids.is_valid(self.payload.get(USER)):
            raise TokenError("Token names no user")
        super().verify()

    def check_exp(self, claim: str = "exp", current_time: datetime | None = None) -> None:
        """Check the expiry; raises ExpiredTokenError after it, TokenError where there is none."""
        if not isinstance(self.payload.get(claim), int):
            raise TokenError("Token does not expire")
        if self.payload[claim] <= clock.to_epoch(current_time or self.current_time):
            raise ExpiredTokenError("Token is expired")

    def get_token_backend(self) -> TokenBackend:
        """Return the backend that signs and checks."""
        return _backend()


class AccessToken(_ClockedToken, tokens.AccessToken):
    """Lets its user in."""


class RefreshToken(_ClockedToken, tokens.RefreshToken):  # type: ignore[misc]  # so in the library too
    """Is exchanged, once, for the next pair."""

    access_token_class = AccessToken


def lifetime() -> timedelta:
    """Return how long the longest-lived token of a pair is valid."""
    return max(api_settings.REFRESH_TOKEN_LIFETIME, api_settings.ACCESS_TOKEN_LIFETIME)


def pair_of(*, sign_in: SignIn) -> dict[str, Any]:
    """Issue the next pair of a sign-in: `{access, refresh, token_type, expires_in, refresh_expires_in}` (seconds)."""
    refresh = RefreshToken.for_user(sign_in.user)
    refresh[SIGN_IN], refresh[TOKEN] = sign_in.pk, sign_in.refresh_id
    return {
        "access": str(access_token_of(sign_in=sign_in)),
        "refresh": str(refresh),
        "token_type": "Bearer",
        "expires_in": int(AccessToken.lifetime.total_seconds()),
        "refresh_expires_in": int(RefreshToken.lifetime.total_seconds()),
    }


def access_token_of(*, sign_in: SignIn) -> AccessToken:
    """Issue an access token of a sign-in."""
    access = AccessToken.for_user(sign_in.user)
    access[SIGN_IN] = sign_in.pk
    return access


def sign_in_user(*, user: User) -> dict[str, Any]:
    """Store a sign-in of the user and issue its first pair."""
    return pair_of(sign_in=sign_ins.open_sign_in(user=user, lifetime=lifetime(), now=clock.now()))


def exchange(*, refresh: str) -> dict[str, Any]:
    """Use a refresh token up, and issue the next pair.

    Raises RefreshExpired, RefreshInvalid, RefreshReused (the whole sign-in ends), TokenRevoked and UserInactive.
    """
    token, now = _read_refresh(refresh), clock.now()
    sign_in_id = _sign_in_of(token, now)
    return pair_of(
        sign_in=sign_ins.rotate(sign_in_id=sign_in_id, refresh_id=token[TOKEN], lifetime=lifetime(), now=now)
    )


def sign_out(*, refresh: str) -> None:
    """End the sign-in of a refresh token, used or not; an expired one has nothing left to end.

    Raises RefreshInvalid.
    """
    try:
        token = _read_refresh(refresh)
    except RefreshExpired:
        return
    now = clock.now()
    with suppress(TokenRevoked):  # a user who is gone has no sign-in either
        sign_ins.end(sign_in_id=_sign_in_of(token, now), because=SignIn.LOGOUT, now=now)


def _sign_in_of(token: RefreshToken, now: datetime) -> str:
    """Return the id of a token's sign-in; one of an earlier release, which names none, is given one."""
    known: str | None = token.get(SIGN_IN)
    return known or sign_ins.adopt(user_id=token[USER], refresh_id=token[TOKEN], lifetime=lifetime(), now=now)


def _read_refresh(text: str) -> RefreshToken:
    try:
        return RefreshToken(text)
    except ExpiredTokenError as error:
        raise RefreshExpired from error
    except TokenError as error:
        raise RefreshInvalid from error
