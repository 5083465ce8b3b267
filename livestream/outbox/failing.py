"""After a failure: what is kept of it, and how long until the next try."""

from __future__ import annotations

import random
from datetime import timedelta

_LONGEST_BACKOFF_SECONDS = 300
_LONGEST_ERROR = 20_000


def backoff(*, attempts: int) -> timedelta:
    """Return the pause after so many failures: 1, 2, 4 … up to 300 seconds, or down to half of it."""
    seconds = min(2 ** max(attempts - 1, 0), _LONGEST_BACKOFF_SECONDS)
    return timedelta(seconds=seconds * random.uniform(0.5, 1.0))  # noqa: S311 - only spreads load


def storable(*, error: str) -> str:
    """Keep the end of a traceback, without what a database refuses: the failure must be kept."""
    return error[-_LONGEST_ERROR:].replace("\0", "\\0").encode(errors="backslashreplace").decode()
