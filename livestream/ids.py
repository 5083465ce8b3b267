"""ObjectIds: 24 hex digits that sort roughly by the second they were made in."""

from __future__ import annotations

import itertools
import re
import secrets
import time

_PATTERN = re.compile(r"[0-9a-f]{24}")
_counter = itertools.count(secrets.randbelow(1 << 24))


def new_id() -> str:
    """Make a new ObjectId: seconds since the epoch, five random bytes, a counter.

    The random part is drawn for each id, so a process may fork.
    """
    seconds = int(time.time())
    return f"{seconds:08x}{secrets.token_hex(5)}{next(_counter) & 0xFFFFFF:06x}"


def new_token_id() -> str:
    """Make the id of a refresh token: 32 random hex digits."""
    return secrets.token_hex(16)


def is_valid(text: object) -> bool:
    """Return whether `text` is an ObjectId in its one written form (lower case)."""
    return isinstance(text, str) and _PATTERN.fullmatch(text) is not None


class ObjectIdConverter:
    """URL converter `objectid`: `/goals/<objectid:goal_id>` (spec section 1)."""

    regex = "[0-9a-f]{24}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value
