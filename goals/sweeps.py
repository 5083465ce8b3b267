"""What the relay asks goals again and again."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction

from goals import selectors
from livestream import clock
from livestream.outbox import enqueue, sweep
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
                enqueue(
                    "count_contributions",
                    kwargs={"escrow_id": escrow_id},
                    key=escrow_id,
                    subject=escrow_id,
                    pending="keep",
                )


@sweep(every=5)
def overdue_goals() -> None:
    """Nudge goals whose `nbf` or `exp` has passed without anything happening."""
    late = clock.now() - _OVERDUE
    nudges = [("activate_goal", g) for g in selectors.overdue_to_start(before=late)]
    nudges += [("deactivate_due_goal", g) for g in selectors.overdue_to_end(before=late)]
    nudges += [("deactivate_goal", g) for g in selectors.outliving_their_session(before=late)]
    if nudges:
        with transaction.atomic():
            for actor, goal_id in nudges:
                kwargs = {"goal_id": goal_id}
                key = f"overdue:{goal_id}"
                enqueue(actor, kwargs=kwargs, key=key, subject=goal_id, pending="keep")
