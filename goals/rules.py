"""The arithmetic of goals: levels, states, units. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from goals.types import facts_of

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


def capped(goal_type: str, progress: int, last_target: int) -> int:
    """Return progress, limited to the last target for performed seconds; money has no limit."""
    if facts_of(goal_type).performed and last_target:
        return max(0, min(progress, last_target))
    return progress


def lives_until(*, goal_type: str, ended_at: datetime) -> datetime:
    """Return the last moment of a goal whose session ended at `ended_at` (spec section 5)."""
    return ended_at + facts_of(goal_type).grace_period
