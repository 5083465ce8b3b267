"""Tasks of the release before this one.

Its processes may store them until the last of them has stopped, after the migration has
renamed what was there. Each is `deactivate_goal` for a reason.
"""

from __future__ import annotations

from datetime import datetime

from goals.endings import EndedBecause
from goals.services import lifecycle
from livestream.outbox import durable


@durable(subject="goal_id")
def deactivate_due_goal(now: datetime, *, goal_id: str) -> None:
    """End a goal whose `exp` has come."""
    lifecycle.deactivate_goal(goal_id=goal_id, because=EndedBecause.EXPIRED, now=now)


@durable(subject="goal_id")
def supersede_goal(now: datetime, *, goal_id: str) -> None:
    """End an invitation because another was agreed to."""
    lifecycle.deactivate_goal(goal_id=goal_id, because=EndedBecause.SUPERSEDED, now=now)
