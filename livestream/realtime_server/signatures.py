"""The signatures of the protocol: HMAC-SHA256 with the app's secret, in hex. Pure functions."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

# How far the timestamp of a signed request may be off, in seconds.
TIMESTAMP_TOLERANCE = 600
_SIGNATURE = "auth_signature"


class WrongSignature(Exception):
    """The request is not signed as it should be; the text says what is wrong."""


def sign(*, secret: str, text: str | bytes) -> str:
    """Return the signature of a text."""
    raw = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    return hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()


def of_channel(*, secret: str, socket_id: str, channel: str, channel_data: str | None = None) -> str:
    """Return the signature that lets a connection into a private channel; `channel_data` is for presence channels."""
    parts = [socket_id, channel] if channel_data is None else [socket_id, channel, channel_data]
    return sign(secret=secret, text=":".join(parts))


def of_user(*, secret: str, socket_id: str, user_data: str) -> str:
    """Return the signature that makes a connection a user's."""
    return sign(secret=secret, text=f"{socket_id}::user::{user_data}")


def of_request(*, secret: str, method: str, path: str, query: Mapping[str, str]) -> str:
    """Return the signature of an HTTP request, whose body is covered by `body_md5` in its query."""
    signed = sorted((name.lower(), value) for name, value in query.items() if name != _SIGNATURE)
    return sign(secret=secret, text="\n".join([method, path, "&".join(f"{name}={value}" for name, value in signed)]))


def is_auth(given: object, *, key: str, signature: str) -> bool:
    """Return whether a client's `auth` is `key:signature`."""
    return isinstance(given, str) and same(given, f"{key}:{signature}")


def same(given: str, expected: str) -> bool:
    """Compare without telling by the time how much of it is right."""
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), expected.encode())


def check_request(
    *, key: str, secret: str, method: str, paths: tuple[str, ...], query: Mapping[str, str], body: bytes, now: float
) -> None:
    """Raise WrongSignature unless a request is signed for one of the `paths` at about `now` (seconds).

    The paths are the same one, as it was sent and without escapes: libraries sign either.
    """
    if query.get("auth_key") != key:
        raise WrongSignature("auth_key is not the key of this app")
    if query.get("auth_version") != "1.0":
        raise WrongSignature("auth_version must be 1.0")
    _check_timestamp(query.get("auth_timestamp", ""), now)
    if (body or "body_md5" in query) and not same(query.get("body_md5", ""), _md5(body)):
        raise WrongSignature("body_md5 is not the MD5 of the body")
    given = query.get(_SIGNATURE, "")
    if not any(same(given, of_request(secret=secret, method=method, path=path, query=query)) for path in paths):
        raise WrongSignature("auth_signature is wrong")


def _check_timestamp(text: str, now: float) -> None:
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise WrongSignature("auth_timestamp must be seconds since the epoch")
    if abs(int(text) - now) > TIMESTAMP_TOLERANCE:
        raise WrongSignature(f"auth_timestamp is off by more than {TIMESTAMP_TOLERANCE} seconds")


def _md5(body: bytes) -> str:
    return hashlib.md5(body, usedforsecurity=False).hexdigest()
