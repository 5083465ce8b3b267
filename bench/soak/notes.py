"""What the players note: how long calls took, and what should not have happened."""

from __future__ import annotations

import threading
import time
import traceback
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

_LONGEST = 1_000


@dataclass(frozen=True, slots=True)
class Call:
    """One call: when it was answered (monotonic seconds), what it was, and how long it took (seconds)."""

    at: float
    kind: str
    seconds: float


@dataclass(slots=True)
class Notes:
    """Shared by all threads."""

    stopping: threading.Event = field(default_factory=threading.Event)
    calls: list[Call] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    def call(self, kind: str, seconds: float, status: int) -> None:
        """Note a call."""
        self.calls.append(Call(time.monotonic(), kind, seconds))
        self.done[f"{kind} {status}"] += 1

    def fail(self, what: str) -> None:
        """Note what should not have happened."""
        self.failures.append(what)

    def fail_with(self, who: str, error: Exception) -> None:
        """Note an error with where it was raised."""
        self.fail(f"{who}: {''.join(traceback.format_exception(error)[-3:])}"[:_LONGEST])

    def refused(self) -> int:
        """Return how many calls the service refused because it was overloaded."""
        return sum(number for what, number in self.done.items() if what.endswith(" 503"))

    def percentiles(self, kind: str, *, since: float, until: float) -> Sequence[float]:
        """Return p50, p95 and p99 (ms) of the calls of a kind that were answered in this time; empty without one."""
        waits = sorted(each.seconds for each in self.calls if each.kind == kind and since <= each.at < until)
        return (
            [1000 * waits[min(int(len(waits) * part), len(waits) - 1)] for part in (0.5, 0.95, 0.99)] if waits else []
        )
