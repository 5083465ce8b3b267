"""The order of locks: session, escrow, accounts by id, goal."""

from __future__ import annotations

from goals.errors import GoalNotFound
from goals.models import Goal
from wallet.services import escrows


def find_goal(*, goal_id: str) -> Goal:
    """Return a goal as it is now, without a lock; raises GoalNotFound."""
    goal = Goal.objects.filter(pk=goal_id).first()
    if goal is None:
        raise GoalNotFound(f"There is no goal {goal_id}.")
    return goal


def lock_goal(*, goal_id: str) -> Goal:
    """Lock a goal's escrow, where it has one, and then the goal.

    Whoever changes a goal comes this way, so counting, performing and ending never meet
    in opposite orders. Raises GoalNotFound.
    """
    seen = find_goal(goal_id=goal_id)
    if seen.escrow_id:
        escrows.lock_row(escrow_id=seen.escrow_id)
    return Goal.objects.select_for_update().get(pk=goal_id)
