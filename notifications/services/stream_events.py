"""The events sent to an admitted viewer: data that all viewers share, and the viewer's own tokens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from goals import representation
from goals.models import Goal
from goals.services.authorizing import PREVIEW, SD, Grant
from livestream import clock
from notifications import channels, payloads, push_contracts
from notifications.provider import Outgoing
from notifications.push_contracts import PushEvent
from notifications.services import pushes, stream_tokens
from sessions_app.services import room_tokens
from sessions_app.services.room_tokens import Room

EVENT = PushEvent.STREAM_AUTHORIZED
# The most that both tokens and the room take up, beside the data that all viewers share.
PERSONAL_BYTES = 1_536


@dataclass(frozen=True, slots=True)
class Opening:
    """A goal that may be watched, as it is announced to each of its viewers.

    `exp` is the end of the longest grant. `head` is the part of `data` that all viewers share; it is
    encoded once, so that only tokens are encoded for each viewer.
    """

    goal: Goal
    room: Room
    exp: datetime
    now: datetime
    data: Mapping[str, Any]
    head: str

    def events(self, viewer_id: str, *, exp: datetime) -> list[Outgoing]:
        """Return two events for a viewer who may watch until `exp`: for the preview, and for sd with its tokens."""
        return [self._event(viewer_id, PREVIEW, exp, {}), self._event(viewer_id, SD, exp, self._tokens(viewer_id, exp))]

    def _event(self, viewer_id: str, quality: str, exp: datetime, tokens: dict[str, Any]) -> Outgoing:
        name = channels.viewer(streamer_id=self.goal.streamer_id, quality=quality, viewer_id=viewer_id)
        named = {"push_id": pushes.push_id(event=EVENT, event_id=self.data["event_id"], channel=name)}
        own = named | {"quality": quality, "exp": clock.to_epoch(exp)} | tokens
        push_contracts.check(event=EVENT, members=self.data.keys() | own.keys())
        return Outgoing((name,), EVENT, f"{self.head},{payloads.encode(own)[1:]}")

    def _tokens(self, viewer_id: str, exp: datetime) -> dict[str, Any]:
        grant = Grant(self.goal.session_id, viewer_id, SD, exp, self.goal.id)
        admission = room_tokens.admission(room=self.room, user_id=viewer_id, exp=exp, now=self.now)
        return {"token": stream_tokens.sign(grant=grant, now=self.now)} | admission


def opening(*, goal: Goal, event_id: str, exp: datetime, now: datetime) -> Opening:
    """Return the announcement of `goal` to its viewers; `exp` is the end of the longest grant."""
    said = {
        "session_id": goal.session_id,
        "streamer_id": goal.streamer_id,
        "goal": representation.public_goal(goal),
        "event_id": event_id,
    }
    shared = payloads.fit(said, reserve=PERSONAL_BYTES)
    room = room_tokens.room_of(session=goal.session, goal_id=goal.id)
    data = {**shared, "exp": clock.to_epoch(exp)}
    return Opening(goal, room, exp, now, data, payloads.encode(shared)[:-1])
