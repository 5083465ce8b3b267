"""Waiting for something to come true."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")


def until(question: Callable[[], Found], *, what: str, seconds: float = 120, every: float = 0.02) -> Found:
    """Ask until the answer is truthy, and return it; fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while not (answer := question()):
        assert time.monotonic() < deadline, f"waited {seconds} s in vain for {what}"
        time.sleep(every)
    return answer
