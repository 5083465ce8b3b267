"""The arithmetic of goals: levels, states, units. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from livestream.events.contracts import EXCLUSIVE, KARAOKE, SHOW

PERFORMED_TYPES = frozenset({KARAOKE, SHOW, EXCLUSIVE})

Level = dict[str, Any]


def state(*, active: bool, ended: bool) -> str:
    """Name the state of a goal (spec section 2)."""
    if ended:
        return "ended"
    return "active" if active else "scheduled"


def level_at(levels: Sequence[Level], progress: int) -> int:
    """Return the number of levels whose target is reached."""
    return sum(1 for level in levels if progress >= level["target"])


def target(levels: Sequence[Level]) -> int:
    """Return the last level's target; 0 without levels."""
    return int(levels[-1]["target"]) if levels else 0


def next_target(levels: Sequence[Level], level: int) -> int | None:
    """Return the target after the `level` reached ones; None after the last."""
    return int(levels[level]["target"]) if level < len(levels) else None


def unit(goal_type: str) -> str:
    """Name what progress counts: coins or seconds (invitations count nothing but paid or not)."""
    return "seconds" if goal_type in PERFORMED_TYPES else "coins"


def capped(goal_type: str, progress: int, last_target: int) -> int:
    """Performed seconds stop at the target; money does not."""
    if goal_type in PERFORMED_TYPES:
        return max(0, min(progress, last_target))
    return progress


def outcome(goal_type: str, *, progress: int, reached: bool, agreed: bool, cancelled: bool) -> str:
    """Name what became of a goal that ends (spec section 3)."""
    if agreed:
        return "agreed"
    if reached:
        return "completed"
    if goal_type == EXCLUSIVE:
        return "split" if progress else "refunded"
    return "cancelled" if cancelled or goal_type == KARAOKE else "refunded"
