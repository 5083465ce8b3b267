"""A goal's progress moved (seed 002)."""

from __future__ import annotations

from goals.types import GoalType
from livestream import clock
from livestream.events import receives
from livestream.events.contracts import GOAL_PROGRESSED, GoalProgressed
from notifications.services import goal_pushes, karaoke_pushes, streams


@receives(GOAL_PROGRESSED, effect=True, news=True)
def notify_goal_progress_updated(event: GoalProgressed) -> None:
    goal_pushes.schedule_progress(goal_id=event.goal_id, event_id=event.event_id, now=clock.now())


@receives(GOAL_PROGRESSED, types={GoalType.FUNDING}, effect=True)
def notify_viewer_change_stream_for_show(event: GoalProgressed) -> None:
    streams.authorize_late_buyers(event=event, now=clock.now())


@receives(GOAL_PROGRESSED, types={GoalType.KARAOKE}, effect=True, news=True)
def update_and_notify_session_karaoke_goal(event: GoalProgressed) -> None:
    karaoke_pushes.notify_session_karaoke_goal(goal_id=event.goal_id, event_id=event.event_id, now=clock.now())
