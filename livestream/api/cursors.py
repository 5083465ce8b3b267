"""Cursors: the sort values of one row and a direction, as opaque text for a URL."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass

from livestream.api.exceptions import InvalidParameter
from livestream.api.parsers import is_storable

_LONGEST = 2000


class InvalidCursor(InvalidParameter):
    code = "invalid_cursor"
    title = "The cursor is not one that this list gave out"


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place between two rows: just behind the row with these sort values, or before it."""

    backwards: bool
    values: tuple[str, ...]


def encode(cursor: Cursor) -> str:
    """Write the cursor as text that needs no escaping in a URL."""
    raw = json.dumps([cursor.backwards, *cursor.values], separators=(",", ":"))
    return base64.urlsafe_b64encode(raw.encode()).decode().rstrip("=")


def decode(text: str) -> Cursor:
    """Read what `encode` wrote; raises InvalidCursor for everything else."""
    if len(text) > _LONGEST:
        raise InvalidCursor
    padded = text + "=" * (-len(text) % 4)
    try:
        backwards, *values = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, TypeError, RecursionError) as error:
        raise InvalidCursor from error
    if not isinstance(backwards, bool) or not all(_usable(value) for value in values):
        raise InvalidCursor
    return Cursor(backwards, tuple(values))


def _usable(value: object) -> bool:
    return isinstance(value, str) and is_storable(value)
