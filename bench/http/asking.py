"""The requests that clients send, and the tokens that they send with them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

from livestream import clock, ids
from livestream.api.tokens import access_token_of
from livestream.models import SignIn, User

# Stands where the load generator puts a fresh key or, if it is told to, the last ETag.
KEY = "{key}"
_LIFETIME = timedelta(days=1)
_FORM, _JSON = "application/x-www-form-urlencoded", "application/json"
_FIXED = {"Host": "127.0.0.1", "Accept": "application/json", "Accept-Language": "en", "User-Agent": "bench"}


@dataclass(frozen=True, slots=True)
class Request:
    """One request of HTTP/1.1."""

    method: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""

    def parts(self) -> list[str]:
        """Return its text, cut where a fresh key belongs."""
        about = _FIXED | self.headers
        if self.body or self.method == "POST":
            about["Content-Length"] = str(len(self.body.encode()))
        head = "".join(f"{name}: {value}\r\n" for name, value in about.items())
        return f"{self.method} {self.path} HTTP/1.1\r\n{head}\r\n{self.body}".split(KEY)


def write(requests: Iterable[Request], path: Path) -> Path:
    """Write requests for the load generator."""
    path.write_text(json.dumps([request.parts() for request in requests]))
    return path


def sign_in(user_ids: Iterable[str]) -> dict[str, str]:
    """Sign users in without a password, and return the access token of each."""
    now = clock.now()
    users = User.objects.in_bulk(list(user_ids))
    sign_ins = [
        SignIn(
            user=user,
            refresh_id=ids.new_token_id(),
            fingerprint=user.get_session_auth_hash(),
            created_at=now,
            refreshed_at=now,
            expires_at=now + _LIFETIME,
        )
        for user in users.values()
    ]
    SignIn.objects.bulk_create(sign_ins, batch_size=5_000)
    return {each.user_id: _token(each) for each in sign_ins}


def _token(signed_in: SignIn) -> str:
    token = access_token_of(sign_in=signed_in)
    token.set_exp(lifetime=_LIFETIME)  # longer than a run
    return str(token)


def if_changed(request: Request) -> Request:
    """Have a request ask for what is newer than the last answer to it."""
    return replace(request, headers=request.headers | {"If-None-Match": KEY})


def read(path: str, token: str) -> Request:
    """Read something with a token."""
    return Request("GET", path, _bearer(token))


def join(channel: str, token: str) -> Request:
    """Ask to join a channel, as pusher-js does."""
    body = urlencode({"socket_id": "123456.7890123", "channel_name": channel})
    return Request("POST", "/notify/pusher/auth", {**_bearer(token), "Content-Type": _FORM}, body)


def sign_connection_in(token: str) -> Request:
    """Sign a connection of the realtime server in, as pusher-js does."""
    body = urlencode({"socket_id": "123456.7890123"})
    return Request("POST", "/notify/pusher/auth", {**_bearer(token), "Content-Type": _FORM}, body)


def buy(goal_id: str, token: str, *, price: int) -> Request:
    """Buy a ticket with a fresh key."""
    headers = {**_bearer(token), "Content-Type": _JSON, "Idempotency-Key": KEY}
    return Request("POST", f"/goals/{goal_id}/contributions", headers, json.dumps({"quantity": 1, "max_price": price}))


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}
