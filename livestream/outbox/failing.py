"""After a failure: what is kept of it, and how long until the next try."""

from __future__ import annotations

import random
from datetime import timedelta

from livestream.storage import text

_LONGEST_BACKOFF_SECONDS = 300
_LONGEST_ERROR = 20_000


def backoff(*, attempts: int) -> timedelta:
    """Return the pause after so many failures: 1, 2, 4 … up to 300 seconds, or down to half of it."""
    seconds = min(2 ** max(attempts - 1, 0), _LONGEST_BACKOFF_SECONDS)
    return timedelta(seconds=seconds * random.uniform(0.5, 1.0))  # noqa: S311 - only spreads load


def storable(*, error: str) -> str:
    """Return the end of a traceback, with what a database refuses escaped: the failure must be kept."""
    return text.storable(error[-_LONGEST_ERROR:])
