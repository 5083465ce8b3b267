"""Sweeps of the relay: uncounted tickets, overdue goals, sales without a show, and stuck escrows."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import QuerySet

from goals import selectors
from goals.endings import EndedBecause
from goals.models import Goal
from goals.services import counting, lifecycle, sales, stuck
from livestream import clock
from livestream.outbox import Delivery, enqueue, pending_keys, sweep, sweep_transaction
from wallet.selectors import accounts_with_pending_credit

# A task row is what ends a goal on time. Should one be lost or dead, this finds the goal.
_OVERDUE = timedelta(seconds=10)
_AT_ONCE = 500
# The id after which each search for stuck escrows continues in this process.
_positions = {stuck.find_open: "", stuck.find_decided: ""}


@sweep(every=0.2)
def contributions_to_count() -> None:
    """Have the waiting payments of each escrow counted: the table of them is the queue."""
    waiting = set(accounts_with_pending_credit())
    for escrow_id in sorted(waiting - pending_keys(counting.count_contributions, among=waiting)):
        with sweep_transaction():
            delivery = Delivery(key=escrow_id, pending="keep")
            enqueue(counting.count_contributions, delivery, escrow_id=escrow_id)


@sweep(every=5)
def overdue_goals() -> None:
    """Start and end goals whose `nbf` or `exp` has passed and whose task did not run."""
    late = clock.now() - _OVERDUE
    for goal_id in _first(selectors.overdue_to_start(before=late)):
        with sweep_transaction():
            enqueue(lifecycle.activate_goal, Delivery(key=f"overdue:{goal_id}", pending="keep"), goal_id=goal_id)
    ends = [(goal_id, EndedBecause.EXPIRED) for goal_id in _first(selectors.overdue_to_end(before=late))]
    left = _first(selectors.outliving_their_session(before=late))
    for goal_id, because in ends + [(goal_id, EndedBecause.SESSION_ENDED) for goal_id in left]:
        with sweep_transaction():
            delivery = Delivery(key=f"{because}:{goal_id}", pending="keep")
            enqueue(lifecycle.deactivate_goal, delivery, goal_id=goal_id, because=because)


@sweep(every=5)
def sales_to_be_shown() -> None:
    """Check reached sales whose show is overdue, and set the deadline of those without one."""
    now = clock.now()
    for goal_id in _first(selectors.overdue_to_be_shown(before=now - _OVERDUE)):
        with sweep_transaction():
            delivery = Delivery(key=f"overdue:{goal_id}", pending="keep")
            enqueue(sales.check_show_started, delivery, goal_id=goal_id)
    for goal_id in _first(selectors.without_time_to_be_shown()):
        with sweep_transaction():
            sales.plan_show_start(goal_id=goal_id, since=now)


@sweep(every=10)
def stuck_escrows() -> None:
    """Have stuck escrows settled, a page at a time."""
    now = clock.now()
    for find, after in list(_positions.items()):
        found = find(now=now, after=after)
        _positions[find] = found.after
        for escrow_id in found.escrow_ids:
            stuck.enqueue_settling(escrow_id=escrow_id)


def _first(goals: QuerySet[Goal]) -> list[str]:
    return list(goals.order_by("id").values_list("id", flat=True)[:_AT_ONCE])
