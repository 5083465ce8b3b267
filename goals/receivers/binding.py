"""goal.created: a new goal takes its place and gets its schedule (seeds 003, 004)."""

from __future__ import annotations

from goals.services import entries, lifecycle, pairs, sources
from livestream.events import receives
from livestream.events.contracts import (
    EXCLUSIVE,
    FUNDING,
    GOAL_CREATED,
    GOAL_ENDED,
    KARAOKE,
    SHOW,
    TRIGGER_EXCLUSIVE,
    TRIGGER_PRIVATE,
    GoalCreated,
    GoalEvent,
)
from livestream.outbox import Delivery, enqueue


@receives(GOAL_CREATED, types={KARAOKE})
def bind_karaoke_goal_to_session(event: GoalCreated) -> None:
    entries.bind_karaoke_goal(goal_id=event.goal_id)


@receives(GOAL_CREATED, types={SHOW})
def bind_show_goal_to_funding_goal(event: GoalCreated) -> None:
    pairs.bind_show_goal_to_funding_goal(goal_id=event.goal_id, funding_goal_id=event.context["funding_goal_id"])


@receives(GOAL_CREATED, types={FUNDING, SHOW})
def bind_show_goals_to_session(event: GoalCreated) -> None:
    pairs.bind_show_goals_to_session(goal_id=event.goal_id)


@receives(GOAL_CREATED, types={EXCLUSIVE})
def bind_exclusive_goal_to_trigger_exclusive_goal(event: GoalCreated) -> None:
    entries.bind_exclusive_goal_to_trigger_exclusive_goal(goal_id=event.goal_id)


@receives(GOAL_CREATED, types={TRIGGER_EXCLUSIVE, EXCLUSIVE})
def bind_exclusive_goals_to_session(event: GoalCreated) -> None:
    entries.bind_exclusive_goals(goal_id=event.goal_id)


@receives(GOAL_CREATED, types={TRIGGER_PRIVATE})
def bind_trigger_private_goal_to_session(event: GoalCreated) -> None:
    entries.bind_trigger_private_goal(goal_id=event.goal_id)


@receives(GOAL_CREATED, types={EXCLUSIVE})
@receives(GOAL_ENDED, types={EXCLUSIVE})
def snapshot_rtc_sources(event: GoalEvent) -> None:
    sources.snapshot_rtc_sources(goal_id=event.goal_id, moment=type(event).__name__)


@receives(GOAL_CREATED)
def schedule_lifecycle_tasks(event: GoalCreated) -> None:
    if not event.active:
        enqueue(lifecycle.activate_goal, Delivery(eta=event.nbf), goal_id=event.goal_id)
    if event.exp is not None:
        enqueue(lifecycle.deactivate_due_goal, Delivery(eta=event.exp), goal_id=event.goal_id)
