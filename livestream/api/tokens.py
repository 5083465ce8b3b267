"""Tokens of the API, issued and checked by the one clock (`livestream.clock`).

The library reads the machine's clock, and so does PyJWT. A token that is issued on a machine whose clock is
ahead would be refused by others ("issued in the future"), and would expire at a different moment on each.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import jwt
from rest_framework_simplejwt import tokens
from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.exceptions import TokenBackendError
from rest_framework_simplejwt.settings import api_settings

from livestream import clock

# Times are checked by `Token.verify` instead, which knows the moment.
_OPTIONS = {"verify_exp": False, "verify_iat": False, "verify_nbf": False}


class SignatureBackend(TokenBackend):
    """Checks the signature of a token, but not its times."""

    def decode(self, token: Any, verify: bool = True) -> dict[str, Any]:
        """Return the claims of a token; raises TokenBackendError where its signature is not ours."""
        options: Any = _OPTIONS | {"verify_signature": verify}
        try:
            return jwt.decode(token, self.get_verifying_key(token), algorithms=[self.algorithm], options=options)
        except jwt.InvalidTokenError as error:
            raise TokenBackendError("Token is invalid") from error


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
        """Check the expiry, the type and the id; raises TokenError."""
        self.current_time = clock.now()
        super().verify()

    def get_token_backend(self) -> TokenBackend:
        """Return the backend that signs and checks."""
        return _backend()


class AccessToken(_ClockedToken, tokens.AccessToken):
    """Lets its user in."""


class RefreshToken(_ClockedToken, tokens.RefreshToken):  # type: ignore[misc]  # so in the library too
    """Is exchanged for an access token."""

    access_token_class = AccessToken
