"""Deleting what was kept for long enough, a little at a time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

_CHUNKS = 5


def forget_some(*, forget: Callable[..., int], full: int, now: datetime) -> None:
    """Call `forget` a few times, until it deletes fewer rows than `full`, a whole chunk.

    Never so often that a relay, whose thread this runs on, comes late to what is due: the
    rest is for the next minute.
    """
    for _ in range(_CHUNKS):
        if forget(now=now) < full:
            return
