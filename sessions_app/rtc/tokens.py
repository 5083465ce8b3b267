"""Room tokens: BytePlus' `AccessToken`, version 001, which no package on PyPI makes."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import struct

VERSION = "001"
# The longest life of a token that the vendor allows, in seconds.
LONGEST_LIFE = 7 * 24 * 60 * 60

_PUBLISH_ALL = (0, 1, 2, 3)  # the stream, then its sound, its picture and its data
_SUBSCRIBE = 4
_FOR_EVER = 0  # as long as the token itself


def room_token(
    *,
    app_id: str,
    app_key: str,
    room_id: str,
    user_id: str,
    issued_at: int,
    expire_at: int,
    publish: bool,
    nonce: int | None = None,
) -> str:
    """Return the token with which `user_id` enters `room_id`, until `expire_at` (unix seconds).

    Everybody may subscribe, and only a user with `publish` may send. It is valid for at most seven days.
    Raises ValueError where it would have ended already: to the vendor, zero is no end.
    """
    expire_at = min(expire_at, issued_at + LONGEST_LIFE)
    if expire_at <= issued_at:
        raise ValueError("A room token ends after it was made.")
    nonce = secrets.randbits(32) if nonce is None else nonce
    message = b"".join(
        (
            struct.pack("<III", nonce, issued_at, expire_at),
            _sized(room_id.encode()),
            _sized(user_id.encode()),
            _privileges(expire_at, publish=publish),
        )
    )
    signature = hmac.digest(app_key.encode(), message, hashlib.sha256)
    return VERSION + app_id + base64.b64encode(_sized(message) + _sized(signature)).decode()


def _privileges(expire_at: int, *, publish: bool) -> bytes:
    granted = {_SUBSCRIBE: expire_at}
    if publish:
        granted = dict.fromkeys(_PUBLISH_ALL, expire_at) | {_SUBSCRIBE: _FOR_EVER}
    return struct.pack("<H", len(granted)) + b"".join(struct.pack("<HI", *each) for each in granted.items())


def _sized(content: bytes) -> bytes:
    return struct.pack("<H", len(content)) + content
