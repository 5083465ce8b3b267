"""Sweeps: cheap questions a relay asks again and again, for work that is its own queue.

Where rows in a table say what is left to do (contributions to count, pushes to send), no
wake-up has to be stored beside them, and so none can be lost.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(slots=True)
class Sweep:
    """A function to call every `every` seconds; `next_at` is on the monotonic clock."""

    function: Callable[[], None]
    every: float
    next_at: float = 0.0


_sweeps: list[Sweep] = []


def sweep(*, every: float) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Declare a sweep that each relay calls every `every` seconds; it must be safe to repeat."""

    def declare(function: Callable[[], None]) -> Callable[[], None]:
        _sweeps.append(Sweep(function, every))
        return function

    return declare


def sweep_all() -> None:
    """Call every sweep once, whatever its rhythm."""
    for each in _sweeps:
        each.function()


def due_sweeps(*, at: float) -> list[Sweep]:
    """Return the sweeps due at `at` (monotonic seconds) and note their next turn."""
    due = [s for s in _sweeps if s.next_at <= at]
    for each in due:
        each.next_at = at + each.every
    return due
