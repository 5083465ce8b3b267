"""What support staff does by hand: end a goal, refund an escrow, settle what is due."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from goals import selectors
from goals.endings import EndedBecause
from goals.errors import GoalNotActive
from goals.models import Goal
from goals.services import due, lifecycle, locking
from livestream.storage.conflicts import retried
from wallet.errors import EscrowAlreadyDecided
from wallet.services import escrows, refunds

# The names of these acts in the audit log; stored, so they never change.
END_GOAL, SETTLE_GOAL = "goal.end", "goal.settle"
REFUND_ESCROW, SETTLE_ESCROW = "escrow.refund", "escrow.settle"


@retried
def end_goal(*, goal_id: str, triggerer: str, now: datetime) -> None:
    """End a goal that is scheduled or active; its money goes where it goes at such an end.

    Raises GoalNotFound, and GoalNotActive where it has ended before, or is reached by now.
    """
    with transaction.atomic():
        because = EndedBecause.ENDED_BY_SUPPORT
        ended = lifecycle.deactivate_goal(goal_id=goal_id, because=because, triggerer=triggerer, now=now)
        if not ended and locking.find_goal(goal_id=goal_id).ended_at is not None:
            raise GoalNotActive("The goal {goal_id} has ended.", given={"goal_id": goal_id})


@retried
def refund_escrow(*, escrow_id: str, triggerer: str, now: datetime) -> None:
    """Close an open escrow finally, refund everything in it, and end the goals it was for.

    It decides under the escrow's exclusive lock, before any goal's lock: a later payout finds
    the escrow decided, and an earlier one makes this raise EscrowAlreadyDecided.
    Raises EscrowNotFound.
    """
    with transaction.atomic():
        escrow = escrows.lock_escrow(escrow_id=escrow_id)
        if not refunds.escrow_refund(escrow_id=escrow_id, now=now):
            raise EscrowAlreadyDecided(
                "{escrow_id} was {state} at {moment} UTC.",
                given={
                    "escrow_id": escrow_id,
                    "state": escrow.state,
                    "moment": f"{escrow.decided_at:%Y-%m-%d %H:%M:%S}",
                },
            )
        for goal in _goals_of(escrow_id):
            lifecycle.end_refunded_goal(goal_id=goal.id, triggerer=triggerer, now=now)


@retried
def settle_escrow(*, escrow_id: str, now: datetime) -> list[str]:
    """Do everything that is overdue for an escrow and its goals; return what was done, in words.

    It also pays a closed account, which only a person may decide (spec section 6).
    """
    with transaction.atomic():
        done = []
        for each in due.find_due(before=now, escrow_id=escrow_id, although_closed=True):
            each.act(now)
            done.append(f"{each.what} ({each.subjects[0]})")
        return done


@retried
def settle_goal(*, goal_id: str, now: datetime) -> list[str]:
    """Have everything happen that is overdue about a goal and its money; raises GoalNotFound."""
    goal = locking.find_goal(goal_id=goal_id)
    if goal.escrow_id is not None:
        return settle_escrow(escrow_id=goal.escrow_id, now=now)
    started = lifecycle.activate_goal(goal_id=goal_id, now=now)
    ended = not started and lifecycle.deactivate_goal(goal_id=goal_id, because=EndedBecause.EXPIRED, now=now)
    return [f"start a goal ({goal_id})"] * started + [f"end a goal ({goal_id})"] * ended


def _goals_of(escrow_id: str) -> list[Goal]:
    """Return the goals that end with the refund of an escrow: not an invitation that led to its 1-on-1."""
    goals = selectors.goals_of_escrow(escrow_id=escrow_id).filter(exclusive_goal=None).order_by("pk")
    return [goal for goal in goals if goal.escrow_id == escrow_id]
