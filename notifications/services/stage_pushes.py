"""Telling who may watch now, when a private show or a 1-on-1 begins or is over."""

from __future__ import annotations

from datetime import datetime

from goals import representation
from goals import selectors as goals
from livestream import cached_views
from notifications import channels
from notifications.services import pushes

EXCLUSIVE_CLOSED = "exclusive.closed"
VIEWERS_SYNCED = "stream.viewers.updated"
AUTHORIZED = "stream.authorized"


def sync_session_viewers(*, goal_id: str, event_id: str, now: datetime) -> None:
    """Have everybody's right to watch worked out anew, and tell the streamer's client to ask."""
    goal = goals.get_goal(goal_id=goal_id)
    cached_views.invalidate_get_session_token_view_cache(session_id=goal.session_id)
    pushes.push(
        channels=[channels.user(goal.streamer_id)],
        event=VIEWERS_SYNCED,
        data={"session_id": goal.session_id, "goal_id": goal_id},
        subject=goal_id,
        event_id=event_id,
        now=now,
    )


def open_to_the_public(*, goal_id: str, event_id: str, now: datetime) -> None:
    """Give the public its stream back after a 1-on-1: tokens are void, clients ask for new ones."""
    goal = goals.get_goal(goal_id=goal_id)
    cached_views.invalidate_get_session_token_view_cache(session_id=goal.session_id)
    pushes.push(
        channels=channels.audience(goal.streamer_id),
        event=AUTHORIZED,
        data={"session_id": goal.session_id, "streamer_id": goal.streamer_id, "quality": "preview"},
        subject=goal_id,
        event_id=event_id,
        now=now,
    )


def push_exclusive_closed(*, goal_id: str, event_id: str, now: datetime) -> None:
    """Push `exclusive.closed` to both sides, each with the 1-on-1 as they may see it."""
    goal = goals.get_goal(goal_id=goal_id)
    sides = [user_id for user_id in (goal.streamer_id, goal.triggered_by_id) if user_id]
    messages = [
        pushes.Message(
            channels=[channels.user(user_id)],
            event=EXCLUSIVE_CLOSED,
            data={"goal": representation.goal_for(goal, user_id=user_id)},
            subject=goal_id,
            event_id=event_id,
        )
        for user_id in sides
    ]
    pushes.push_all(messages=messages, now=now)
