"""Purging old rows in chunks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

_MAX_CHUNKS = 5


def purge_in_chunks(*, purge: Callable[..., int], chunk_size: int, now: datetime) -> None:
    """Call `purge` up to five times, until it deletes fewer rows than `chunk_size`.

    The limit keeps this sweep from delaying the others, which share its thread. The next sweep purges
    the rest.
    """
    for _ in range(_MAX_CHUNKS):
        if purge(now=now) < chunk_size:
            return
