"""A goal took its place in its session (seeds 003, 004)."""

from __future__ import annotations

from goals.types import GoalType
from livestream import cached_views, clock
from livestream.events import receives
from livestream.events.contracts import GOAL_ADDED, GoalAdded
from notifications.services import goal_pushes


@receives(GOAL_ADDED, effect=True, news=True)
def trigger_notify_goal_added(event: GoalAdded) -> None:
    goal_pushes.push_goal(goal_id=event.goal_id, event="goal.added", event_id=event.event_id, now=clock.now())


@receives(GOAL_ADDED, types={GoalType.SHOW}, effect=True)
def notify_stream_authorized(event: GoalAdded) -> None:
    """Here it drops the cached session-token views; nobody is let in before the start."""
    cached_views.invalidate_get_session_token_view_cache(session_id=event.session_id)
