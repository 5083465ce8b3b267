"""Agreements and endings: the session's entry of a goal, and a session's goals."""

from __future__ import annotations

from goals.endings import Outcome
from goals.services import entries, session_end, superseding
from goals.types import GoalType
from livestream import cached_views, clock
from livestream.events import receives
from livestream.events.conditions import not_a_completed_show, reached
from livestream.events.contracts import (
    GOAL_AGREED,
    GOAL_COMPLETED,
    GOAL_ENDED,
    SESSION_ENDED,
    GoalAgreed,
    GoalEnded,
    GoalEvent,
    SessionEnded,
)


@receives(GOAL_AGREED)
def set_embedded_goal_agreed(event: GoalAgreed) -> None:
    entries.stamp_agreed(goal_id=event.goal_id, at=clock.now())
    cached_views.invalidate_get_session_token_view_cache(session_id=event.session_id)


@receives(GOAL_COMPLETED, when=reached)
@receives(GOAL_ENDED, when=not_a_completed_show)
def set_embedded_goal_ended(event: GoalEvent) -> None:
    entries.stamp_ended(goal_id=event.goal_id, goal_type=GoalType(event.type), at=clock.now())
    cached_views.invalidate_get_session_token_view_cache(session_id=event.session_id)


@receives(GOAL_ENDED, types={GoalType.TRIGGER_EXCLUSIVE, GoalType.EXCLUSIVE}, effect=True)
def cleanup_expired_exclusive_goal_pairs(event: GoalEnded) -> None:
    superseding.cleanup_expired_exclusive_goal_pairs(
        session_id=event.session_id,
        goal_id=event.goal_id,
        agreed=event.outcome == Outcome.AGREED,
        now=event.exp or clock.now(),  # when the goal ended: a replay drops nothing that has cooled down since
    )


@receives(SESSION_ENDED, effect=True)
def deactivate_goals_in_session(event: SessionEnded) -> None:
    session_end.deactivate_goals_in_session(session_id=event.session_id)
