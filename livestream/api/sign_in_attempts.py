"""Wrong passwords: counted before a password is hashed, by account and address (docs/decisions/0023).

An attempt is counted when it begins, so that attempts at the same moment count as well, and is given back when the
password was right.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from livestream import rate_limits
from livestream.api.addresses import client_address
from livestream.api.common_errors import Throttled
from livestream.rate_limits import Policy, Usage


@dataclass(slots=True)
class Attempt:
    """One attempt to sign in, with what has been counted for it."""

    account: str
    address: str
    _counted: list[tuple[Policy, str]] = field(default_factory=list)

    def begin(self) -> None:
        """Count the attempt; raises Throttled, and then counts nothing."""
        pair = f"{self.account}:{self.address}"
        if self._take("account", settings.SIGN_IN_ATTEMPTS_ACCOUNT, self.account).allowed:
            self._require("pair", settings.SIGN_IN_ATTEMPTS, pair)
        else:
            self._require("attacked", settings.SIGN_IN_ATTEMPTS_ATTACKED, pair)
        self._require("address", settings.SIGN_IN_ATTEMPTS_ADDRESS, self.address)

    def give_back(self) -> None:
        """Give back what was counted."""
        for policy, caller in self._counted:
            rate_limits.refund(policy=policy, caller=caller)
        self._counted.clear()

    def _require(self, name: str, quota: int, caller: str) -> None:
        usage = self._take(name, quota, caller)
        if not usage.allowed:
            self.give_back()
            raise Throttled(
                "Too many attempts to sign in. Try again in {retry_after} seconds.", retry_after=usage.retry_after
            )

    def _take(self, name: str, quota: int, caller: str) -> Usage:
        policy = Policy(f"sign-in-{name}", quota, settings.SIGN_IN_WINDOW)
        usage = rate_limits.take(policy=policy, caller=caller)
        if usage.allowed:
            self._counted.append((policy, caller))
        return usage


class ThrottledModelBackend(ModelBackend):
    """Checks passwords, of the API and of the admin, as Django does, after the attempt was counted."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> Any:
        """Return the user, or None; raises Throttled (429) before it looks at the password."""
        if request is None or username is None:
            return super().authenticate(request, username=username, password=password, **kwargs)
        account = hashlib.blake2s(username.encode(errors="surrogatepass"), digest_size=16).hexdigest()
        attempt = Attempt(account=account, address=client_address(request))
        attempt.begin()
        user = super().authenticate(request, username=username, password=password, **kwargs)
        if user is not None:
            attempt.give_back()
        return user
