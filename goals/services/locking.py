"""Finding and locking a goal, and refusing callers who do not own it.

The order of locks, everywhere: webhooks, the countdown of a session (its message in the outbox), session,
escrow, accounts by id, goal, and then the rows of versions (SessionVersion, ViewVersion). Accepted
webhooks are therefore processed (`livestream.realtime.work_off`) before a session, an escrow or a
goal is locked. Processing a webhook stops a countdown before it locks a goal.

A refund of single payers counts first, and so locks the goal before the accounts. The exclusive lock
of the escrow makes that safe: nobody who holds one of these accounts waits for a goal of this escrow.
"""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser

from goals.errors import GoalNotFound, NotYourGoal
from goals.models import Goal
from livestream.models import User
from livestream.storage.compiled import CompiledQuery
from wallet.services import escrows

_FOUND = CompiledQuery(lambda goal_id: Goal.objects.filter(pk=goal_id))
_LOCKED = CompiledQuery(lambda goal_id: Goal.objects.select_for_update().filter(pk=goal_id))


def find_goal(*, goal_id: str) -> Goal:
    """Return a goal as it is now, without a lock; raises GoalNotFound."""
    return _only(_FOUND.first(goal_id=goal_id), goal_id)


def _only(goal: Goal | None, goal_id: str) -> Goal:
    if goal is None:
        raise GoalNotFound("There is no goal {goal_id}.", given={"goal_id": goal_id})
    return goal


def lock_goal(*, goal_id: str) -> Goal:
    """Lock a goal's escrow, where it has one, and then the goal.

    Every change of a goal locks it here, so counting, performing and ending never lock in
    opposite orders. Raises GoalNotFound.
    """
    seen = find_goal(goal_id=goal_id)
    if seen.escrow_id:
        escrows.lock_row(escrow_id=seen.escrow_id)
    return _only(_LOCKED.first(goal_id=goal_id), goal_id)


def refuse_others(*, goal: Goal, caller_id: str | None) -> None:
    """Raise NotYourGoal unless the caller is the goal's streamer."""
    if goal.streamer_id != caller_id:
        raise NotYourGoal


def refuse_others_but_support(*, goal_id: str, user: User | AnonymousUser) -> None:
    """Raise NotYourGoal unless the user is the goal's streamer or support staff; GoalNotFound."""
    goal = find_goal(goal_id=goal_id)
    if not user.is_staff:
        refuse_others(goal=goal, caller_id=user.pk)
