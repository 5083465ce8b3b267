"""Numbers and times as a story shows them: for people, in UTC, to the second."""

from __future__ import annotations

from datetime import UTC, datetime


def count(number: int, one: str, many: str) -> str:
    """Return the number with its noun, such as `1 payment` or `2,400 payments`."""
    return f"{number:,} {one if number == 1 else many}"


def coins(amount: int) -> str:
    """Return an amount of coins in words."""
    return count(amount, "coin", "coins")


def seconds(amount: int) -> str:
    """Return a number of seconds in words."""
    return count(amount, "second", "seconds")


def moment(at: datetime | None) -> str:
    """Return date and time in UTC, to the second."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" if at else "never"


def name(text: str) -> str:
    """Return a constant's name in words, such as `trigger private`."""
    return text.replace("-", " ").replace("_", " ")
