"""goal.created: a new goal takes its place and gets its schedule (seeds 003, 004)."""

from __future__ import annotations

from goals.endings import EndedBecause
from goals.services import entries, lifecycle, sources
from goals.types import GoalType
from livestream.events import receives
from livestream.events.contracts import GOAL_CREATED, GOAL_ENDED, GoalCreated, GoalEvent
from livestream.outbox import Delivery, enqueue


@receives(GOAL_CREATED, types={GoalType.KARAOKE})
def bind_karaoke_goal_to_session(event: GoalCreated) -> None:
    entries.bind_karaoke_goal(goal_id=event.goal_id)


@receives(GOAL_CREATED, types={GoalType.SHOW})
def bind_show_goal_to_funding_goal(event: GoalCreated) -> None:
    entries.bind_show_goal_to_funding_goal(goal_id=event.goal_id, funding_goal_id=event.context["funding_goal_id"])


@receives(GOAL_CREATED, types={GoalType.FUNDING, GoalType.SHOW})
def bind_show_goals_to_session(event: GoalCreated) -> None:
    entries.bind_show_goals_to_session(goal_id=event.goal_id)


@receives(GOAL_CREATED, types={GoalType.EXCLUSIVE})
def bind_exclusive_goal_to_trigger_exclusive_goal(event: GoalCreated) -> None:
    entries.bind_exclusive_goal_to_trigger_exclusive_goal(goal_id=event.goal_id)


@receives(GOAL_CREATED, types={GoalType.TRIGGER_EXCLUSIVE, GoalType.EXCLUSIVE})
def bind_exclusive_goals_to_session(event: GoalCreated) -> None:
    entries.bind_exclusive_goals(goal_id=event.goal_id)


@receives(GOAL_CREATED, types={GoalType.TRIGGER_PRIVATE})
def bind_trigger_private_goal_to_session(event: GoalCreated) -> None:
    entries.bind_trigger_private_goal(goal_id=event.goal_id)


@receives(GOAL_CREATED, types={GoalType.EXCLUSIVE})
@receives(GOAL_ENDED, types={GoalType.EXCLUSIVE})
def snapshot_rtc_sources(event: GoalEvent) -> None:
    sources.snapshot_rtc_sources(goal_id=event.goal_id, moment=type(event).__name__)


@receives(GOAL_CREATED)
def schedule_lifecycle_tasks(event: GoalCreated) -> None:
    if not event.active:
        enqueue(lifecycle.activate_goal, Delivery(eta=event.nbf), goal_id=event.goal_id)
    if event.exp is not None:
        delivery = Delivery(eta=event.exp)
        enqueue(lifecycle.deactivate_goal, delivery, goal_id=event.goal_id, because=EndedBecause.EXPIRED)
