"""Types of command-line arguments: each function returns the value, or raises ArgumentTypeError."""

from __future__ import annotations

import re
from argparse import ArgumentTypeError
from datetime import UTC, datetime, timedelta

from livestream import clock, ids

_AGE = re.compile(r"(\d{1,9})([smhd]?)")
_UNITS = {"": "seconds", "s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def object_id(text: str) -> str:
    """Parse an ObjectId."""
    if not ids.is_valid(text):
        raise ArgumentTypeError(f"{text!r} is no id: 24 hexadecimal digits, letters in lower case")
    return text


def moment(text: str) -> datetime:
    """Parse a time: ISO 8601 (UTC where it has no zone) or unix seconds."""
    try:
        if re.fullmatch(r"\d{1,12}", text):
            return clock.from_epoch(int(text))
        read = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        raise ArgumentTypeError(f"{text!r} is no time: 2026-05-01T20:00:00Z, or unix seconds") from None
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def age(text: str) -> timedelta:
    """Parse an age: 90s, 15m, 2h, 7d; a number without a unit is seconds."""
    found = _AGE.fullmatch(text)
    try:
        return timedelta(**{_UNITS[found[2]]: int(found[1])}) if found else _no_age(text)
    except OverflowError:
        return _no_age(text)


def position(text: str) -> int:
    """Parse a position in a table: a non-negative whole number."""
    if not re.fullmatch(r"\d{1,18}", text):
        raise ArgumentTypeError(f"{text!r} is no position: a whole number, as a stopped run prints it")
    return int(text)


def rate(text: str) -> float:
    """Parse a rate per second: a number above zero."""
    try:
        read = float(text)
    except ValueError:
        read = 0.0
    if not 0 < read < float("inf"):
        raise ArgumentTypeError(f"{text!r} is no rate: a number above zero")
    return read


def _no_age(text: str) -> timedelta:
    raise ArgumentTypeError(f"{text!r} is no age: 90s, 15m, 2h, 7d")
