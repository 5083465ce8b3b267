"""What support does to goals and to their money: end, refund, settle.

The page of an escrow belongs to the wallet, which does not know what the money is for. So its
actions are offered to it from here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest

from goals import escrow_ids
from goals.models import Goal
from goals.services import support
from livestream import clock
from livestream.desk.actions import triggerer_of
from livestream.desk.pages import confirmed_action, offer
from wallet.admin.escrows import register_kinds
from wallet.models import Escrow


@confirmed_action(name=support.END_GOAL, description="End", permission="goals.end_goal")
def end_goals(page: Any, request: HttpRequest, goals: Sequence[Goal], *, reason: str) -> str:
    """End goals; their money is settled as at every end."""
    for goal in goals:
        support.end_goal(goal_id=goal.id, triggerer=triggerer_of(request), now=clock.now())
    return f"{len(goals)} ended"


@confirmed_action(name=support.SETTLE_GOAL, description="Settle what is due", permission="wallet.settle_escrow")
def settle_goals(page: Any, request: HttpRequest, goals: Sequence[Goal], *, reason: str) -> str:
    """Do what is overdue for goals."""
    return _message([what for goal in goals for what in support.settle_goal(goal_id=goal.id, now=clock.now())])


def _held(escrow: Escrow) -> str:
    return f"{escrow.pk}: {escrow.received:,} coins received, {escrow.state}"


@confirmed_action(
    name=support.REFUND_ESCROW,
    description="Refund",
    permission="wallet.refund_escrow",
    describe=_held,
    warning="Everybody gets back all that they paid into it; the sale, show or invitation that it is for ends, and"
    " the streamer can never be paid out of it. It cannot be taken back.",
)
def refund_escrows(page: Any, request: HttpRequest, escrows: Sequence[Escrow], *, reason: str) -> str:
    """Give everything in escrows back."""
    for escrow in escrows:
        support.refund_escrow(escrow_id=escrow.pk, triggerer=triggerer_of(request), now=clock.now())
    return f"{len(escrows)} refunded: their payers are being paid"


@confirmed_action(name=support.SETTLE_ESCROW, description="Settle what is due", permission="wallet.settle_escrow")
def settle_escrows(page: Any, request: HttpRequest, escrows: Sequence[Escrow], *, reason: str) -> str:
    """Do what is overdue for escrows."""
    return _message([what for each in escrows for what in support.settle_escrow(escrow_id=each.pk, now=clock.now())])


def _message(done: Sequence[str]) -> str:
    return "Done: " + ", ".join(done) if done else "Nothing is due"


register_kinds(*escrow_ids.KINDS)
offer(refund_escrows, on="wallet.escrow")
offer(settle_escrows, on="wallet.escrow")
