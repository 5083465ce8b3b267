"""A machine whose two clocks a test moves."""

from __future__ import annotations

import time

SECOND = 1_000_000_000


class Machine:
    """This machine's two clocks: `ahead` is how far off its own is, `passed` moves the steady one (seconds)."""

    def __init__(self) -> None:
        self.ahead = self.passed = 0.0

    def wall(self) -> int:
        return time.time_ns() + int(self.ahead * SECOND)

    def steady(self) -> int:
        return time.monotonic_ns() + int(self.passed * SECOND)
