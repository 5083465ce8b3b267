"""What a client that joins a channel needs to know first (spec sections 3 and 4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from goals import representation
from goals import selectors as goals
from livestream import cached_views, clock, release
from notifications import channels, selectors
from notifications.channels import Channel
from notifications.selectors import SnapshotVersion
from notifications.services import channel_auth
from sessions_app import selectors as sessions
from sessions_app.representation import session_for

PUBLIC, FULL = "public", "full"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A channel's snapshot at one time. What it depends on is known before its document is made."""

    channel: str
    server_time: int
    streamer_id: str
    part: str
    version: SnapshotVersion | None

    @property
    def state(self) -> tuple[object, ...]:
        """All that the document depends on."""
        return (self.channel, self.server_time, self.part, self.version and self.version.key)


def channel_snapshot(*, user_id: str, channel_name: str, now: datetime) -> Snapshot:
    """Return the snapshot of a channel. Only the streamer's own channels show all of a goal.

    Raises ChannelNotAllowed.
    """
    channel = channel_auth.allowed_channel(user_id=user_id, channel_name=channel_name)
    streamer_id = _streamer_of(channel)
    part = FULL if channel.room in (channels.USER, channels.GOAL) else PUBLIC
    version = selectors.version_of_snapshots(streamer_id=streamer_id)
    return Snapshot(channel.name, clock.to_epoch(now), streamer_id, part, version)


def document_of(snapshot: Snapshot) -> dict[str, Any]:
    """Return `{channel, version, server_time, session, goals}`: the streamer's active session and its active goals.

    `version` grows with each change of this session or of one of its goals; `server_time` is unix seconds.
    Without a session, version and session are None.
    """
    return {"channel": snapshot.channel, "server_time": snapshot.server_time, **_session_and_goals(snapshot)}


def _session_and_goals(snapshot: Snapshot) -> dict[str, Any]:
    version, streamer_id, part = snapshot.version, snapshot.streamer_id, snapshot.part
    if version is None:
        return {"version": None, "session": None, "goals": []}
    key = f"{cached_views.channels_of(streamer_id)}:{version.key}:{part}:{release.digest()}"
    shown: dict[str, Any] = cached_views.kept(key=key, build=lambda: build(streamer_id=streamer_id, part=part))
    return {"version": version.number if shown["session"] else None, **shown}


def build(*, streamer_id: str, part: str) -> dict[str, Any]:
    """Read the streamer's active session and its active goals, in public or in full."""
    found = sessions.active_session_of(streamer_id=streamer_id)
    if found is None:
        return {"session": None, "goals": []}
    represent = representation.full_goal if part == FULL else representation.public_goal
    session = sessions.get_session(session_id=found.id)
    viewer = session.streamer if part == FULL else None
    active = goals.active_goals_of_session(session_id=session.id)
    return {
        "session": session_for(session, viewer=viewer),
        "goals": [represent(goal) for goal in active],
    }


def _streamer_of(channel: Channel) -> str:
    if channel.room == channels.GOAL:
        return str(goals.get_goal(goal_id=channel.subject_id).streamer_id)
    return channel.subject_id
