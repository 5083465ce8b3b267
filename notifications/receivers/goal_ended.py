"""A goal stopped being active, for good (seeds 001, 002)."""

from __future__ import annotations

from goals.types import INVITATIONS, GoalType
from livestream import clock
from livestream.events import receives
from livestream.events.conditions import agreed, not_a_completed_show
from livestream.events.contracts import GOAL_ENDED, GoalEnded
from notifications.services import goal_pushes, stage_pushes, streams


@receives(GOAL_ENDED, when=not_a_completed_show, effect=True, news=True)
def notify_goal_ended(event: GoalEnded) -> None:
    goal_pushes.push_goal(
        goal_id=event.goal_id,
        event="goal.ended",
        event_id=event.event_id,
        triggerer=event.triggerer,
        now=clock.now(),
    )


@receives(GOAL_ENDED, types=INVITATIONS, when=agreed, effect=True)
def notify_stream_authorized_for_agreed_trigger_goal(event: GoalEnded) -> None:
    streams.authorize(goal_id=event.goal_id, event_id=event.event_id, now=clock.now())


@receives(GOAL_ENDED, types=INVITATIONS, when=agreed, effect=True, news=True)
def sync_trigger_goal_session_viewer(event: GoalEnded) -> None:
    stage_pushes.sync_session_viewers(goal_id=event.goal_id, event_id=event.event_id, now=clock.now())


@receives(GOAL_ENDED, types={GoalType.EXCLUSIVE}, effect=True, news=True)
def notify_stream_authorized_for_ended_exclusive_goal(event: GoalEnded) -> None:
    stage_pushes.open_to_the_public(goal_id=event.goal_id, event_id=event.event_id, now=clock.now())


@receives(GOAL_ENDED, types={GoalType.EXCLUSIVE}, effect=True, news=True)
def trigger_exclusive_on_close_notification(event: GoalEnded) -> None:
    stage_pushes.push_exclusive_closed(goal_id=event.goal_id, event_id=event.event_id, now=clock.now())
