"""Names of channels: which are valid, and what their prefix makes of them. Pure functions."""

from __future__ import annotations

import re

OF_USER = "#server-to-user-"
LONGEST = 164
_VALID = re.compile(rf"[A-Za-z0-9_\-=@,.;]{{1,{LONGEST}}}")
_CACHE = ("cache-", "private-cache-", "private-encrypted-cache-", "presence-cache-")


def is_valid(name: str) -> bool:
    """Return whether a channel may have this name; a signed-in user has a channel, too."""
    plain = "user-" + name.removeprefix(OF_USER) if name.startswith(OF_USER) else name
    return _VALID.fullmatch(plain) is not None


def is_presence(name: str) -> bool:
    """Return whether the channel has members."""
    return name.startswith("presence-")


def is_encrypted(name: str) -> bool:
    """Return whether only its subscribers can read what is sent on the channel."""
    return name.startswith("private-encrypted-")


def needs_auth(name: str) -> bool:
    """Return whether a subscription must be signed."""
    return name.startswith(("private-", "presence-"))


def keeps_last(name: str) -> bool:
    """Return whether the channel remembers its last event for new subscribers."""
    return name.startswith(_CACHE)


def user_of(name: str) -> str | None:
    """Return whose channel it is, for the channel of a user."""
    return name.removeprefix(OF_USER) if name.startswith(OF_USER) else None
