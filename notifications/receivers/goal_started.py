"""A goal became active (seed 004)."""

from __future__ import annotations

from goals.types import GoalType
from livestream import cached_views, clock
from livestream.events import receives
from livestream.events.contracts import GOAL_STARTED, GoalStarted
from notifications.services import goal_pushes, karaoke_pushes, streams


@receives(GOAL_STARTED, types={GoalType.SHOW}, effect=True, news=True)
def notify_show_goal_started(event: GoalStarted) -> None:
    goal_pushes.push_goal(goal_id=event.goal_id, event="goal.started", event_id=event.event_id, now=clock.now())


@receives(GOAL_STARTED, types={GoalType.SHOW}, effect=True)
def notify_stream_authorized(event: GoalStarted) -> None:
    cached_views.invalidate_get_session_token_view_cache(session_id=event.session_id)
    streams.authorize(goal_id=event.goal_id, event_id=event.event_id, now=clock.now())


@receives(GOAL_STARTED, types={GoalType.KARAOKE}, effect=True, news=True)
def trigger_external_command(event: GoalStarted) -> None:
    karaoke_pushes.trigger_external_command(goal_id=event.goal_id, event_id=event.event_id, now=clock.now())


@receives(GOAL_STARTED, types={GoalType.KARAOKE}, effect=True, news=True)
def update_and_notify_session_karaoke_goal(event: GoalStarted) -> None:
    karaoke_pushes.notify_session_karaoke_goal(goal_id=event.goal_id, event_id=event.event_id, now=clock.now())
