"""What is paid out and what is given back."""

from __future__ import annotations

from goals.services import settlement
from goals.types import GoalType, Settlement, settled_by
from livestream import clock
from livestream.events import receives
from livestream.events.conditions import not_reached, reached
from livestream.events.contracts import GOAL_COMPLETED, GOAL_ENDED, GOAL_PROGRESSED, GoalCompleted, GoalEnded, GoalEvent


@receives(GOAL_COMPLETED, types={GoalType.SHOW}, when=reached, effect=True)
def trigger_show_escrow_transfer(event: GoalCompleted) -> None:
    settlement.pay_show_out(goal_id=event.goal_id, now=clock.now())


@receives(GOAL_ENDED, types=settled_by(Settlement.SHOW), when=not_reached, effect=True)
def trigger_show_escrow_refund(event: GoalEnded) -> None:
    settlement.refund_show(goal_id=event.goal_id)


@receives(GOAL_ENDED, types=settled_by(Settlement.PRIVATE), effect=True)
def handle_trigger_private_goal_escrow(event: GoalEnded) -> None:
    settlement.settle_private(goal_id=event.goal_id, now=clock.now())


@receives(GOAL_COMPLETED, types={GoalType.EXCLUSIVE}, when=reached, effect=True)
def trigger_exclusive_escrow_transfer(event: GoalCompleted) -> None:
    settlement.pay_exclusive_out(goal_id=event.goal_id, now=clock.now())


@receives(GOAL_PROGRESSED, types={GoalType.TRIGGER_EXCLUSIVE}, effect=True)
@receives(GOAL_ENDED, types=settled_by(Settlement.ONE_ON_ONE), effect=True)
def trigger_exclusive_goal_escrow_refund(event: GoalEvent) -> None:
    settlement.plan_refund_check(goal_id=event.goal_id, at=event.exp)
