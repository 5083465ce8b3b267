"""What the relay asks goals again and again."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Protocol

from django.db import transaction

from goals import selectors
from goals.services import contributions, lifecycle
from livestream import clock
from livestream.outbox import Delivery, enqueue, sweep
from wallet.selectors import accounts_with_pending_credit

# A task row is what ends a goal on time. Should one be lost or dead, this finds the goal.
_OVERDUE = timedelta(seconds=10)


@sweep(every=0.2)
def contributions_to_count() -> None:
    """The payments not yet counted are the queue: have each escrow's counted."""
    waiting = list(accounts_with_pending_credit())
    if waiting:
        with transaction.atomic():
            for escrow_id in waiting:
                delivery = Delivery(key=escrow_id, pending="keep")
                enqueue(contributions.count_contributions, delivery, escrow_id=escrow_id)


@sweep(every=5)
def overdue_goals() -> None:
    """Nudge goals whose `nbf` or `exp` has passed without anything happening."""
    late = clock.now() - _OVERDUE
    _nudge(lifecycle.activate_goal, selectors.overdue_to_start(before=late))
    _nudge(lifecycle.deactivate_due_goal, selectors.overdue_to_end(before=late))
    _nudge(lifecycle.deactivate_goal, selectors.outliving_their_session(before=late))


class _GoalTask(Protocol):
    """A task that needs nothing but a goal."""

    def __call__(self, now: datetime, *, goal_id: str) -> object: ...


def _nudge(task: _GoalTask, goal_ids: Collection[str]) -> None:
    if goal_ids:
        with transaction.atomic():
            for goal_id in goal_ids:
                enqueue(task, Delivery(key=f"overdue:{goal_id}", pending="keep"), goal_id=goal_id)
