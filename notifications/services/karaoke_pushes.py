"""Telling about a session's karaoke."""

from __future__ import annotations

from datetime import datetime

from goals import representation
from goals import selectors as goals
from livestream import cached_views
from notifications import channels
from notifications.services import pushes

UPDATED = "session.karaoke_goal.updated"
EXTERNAL_COMMAND = "external.command"


def notify_session_karaoke_goal(*, goal_id: str, event_id: str, now: datetime) -> None:
    """Push the session's karaoke as it stands now, and drop the snapshots that show an older one."""
    goal = goals.get_goal(goal_id=goal_id)
    cached_views.invalidate_cached_pusher_channel_data(streamer_id=goal.streamer_id)
    pushes.push(
        channels=channels.targets(goal.streamer_id),
        event=UPDATED,
        data={"session_id": goal.session_id, "goal": representation.public_goal(goal)},
        subject=goal_id,
        event_id=event_id,
        now=now,
    )


def trigger_external_command(*, goal_id: str, event_id: str, now: datetime) -> None:
    """Push `external.command` to the streamer's own channel, for the player that follows it."""
    goal = goals.get_goal(goal_id=goal_id)
    pushes.push(
        channels=[channels.user(goal.streamer_id)],
        event=EXTERNAL_COMMAND,
        data={"command": "karaoke.start", "session_id": goal.session_id, "goal_id": goal_id, "levels": goal.levels},
        subject=goal_id,
        event_id=event_id,
        now=now,
    )
