"""The names of channels, what each stands for, and which channels an event goes to (spec sections 4, 5, 7; seeds).

The names are those of Pusher Channels: `private-` and `presence-` need an authorization,
and neither `private-enc-` nor `presence-enc-` is encrypted in Pusher's sense.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

STREAM, USER, GOAL, VIEWER = "stream", "user", "goal", "viewer"
QUALITIES = ("preview", "sd")

# The names as clients read them, with the ids in braces. Everybody who watches joins the first one; the second
# shows who is there, and holds no more members than Pusher allows in one presence channel.
AUDIENCE_PATTERN = "private-stream@{streamer_id}"
STREAM_PATTERN = "presence-stream@{streamer_id}"
OWN_PATTERN = "private-user@{user_id}"
STAGE_PATTERN = "presence-enc-goal@{goal_id}"
PREVIEW_PATTERN = "presence-stream-viewer@{streamer_id}.preview.{user_id}"
SD_PATTERN = "presence-stream-viewer@{streamer_id}.sd.{user_id}"


@dataclass(frozen=True, slots=True)
class Described:
    """A kind of channel for those who write clients."""

    pattern: str
    who: str
    purpose: str


DESCRIBED = (
    Described(AUDIENCE_PATTERN, "everybody whom the streamer did not block", "what an audience hears of a stream"),
    Described(
        STREAM_PATTERN,
        "everybody whom the streamer did not block; meant for the streamer",
        "says that the streamer is there; hears the same as `private-stream@`",
    ),
    Described(OWN_PATTERN, "this user", "what concerns this user: their goals in full, their coins, their access"),
    Described(PREVIEW_PATTERN, "this viewer", "tells the viewer that they may watch, without tokens"),
    Described(SD_PATTERN, "this viewer", "tells the viewer that they may watch, with tokens"),
    Described(STAGE_PATTERN, "the streamer of the goal", "being in it is being on stage; nothing is pushed there"),
)

_ID = "[0-9a-f]{24}"
_SYNTAX = (
    (STREAM, re.compile(rf"(?:private|presence|private-enc)-stream@(?P<subject>{_ID})")),
    (USER, re.compile(rf"(?:private|private-enc)-user@(?P<subject>{_ID})")),
    (GOAL, re.compile(rf"presence-enc-goal@(?P<subject>{_ID})")),
    (
        VIEWER,
        re.compile(
            rf"presence-stream-viewer@(?P<subject>{_ID})"
            rf"\.(?P<quality>{'|'.join(QUALITIES)})\.(?P<viewer>{_ID})"
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel's name and what it stands for.

    `subject_id` is the goal of a `goal` room, the user of a `user` room, else the streamer.
    """

    name: str
    room: str
    subject_id: str
    quality: str | None = None
    viewer_id: str | None = None

    @property
    def is_presence(self) -> bool:
        """Whether Pusher counts who is in it."""
        return self.name.startswith("presence-")


def parse(name: str) -> Channel | None:
    """Return what the channel stands for, or None for a name that this product does not know."""
    for room, pattern in _SYNTAX:
        if found := pattern.fullmatch(name):
            parts = found.groupdict()
            return Channel(name, room, parts["subject"], parts.get("quality"), parts.get("viewer"))
    return None


def user(user_id: str) -> str:
    """Name the channel that only this user hears."""
    return f"private-user@{user_id}"


def stage(goal_id: str) -> str:
    """Name the channel that a goal's streamer enters in order to perform (spec section 5)."""
    return f"presence-enc-goal@{goal_id}"


def stream(streamer_id: str) -> str:
    """Name the channel that shows who watches a stream, the streamer included (spec section 5)."""
    return f"presence-stream@{streamer_id}"


def viewer(*, streamer_id: str, quality: str, viewer_id: str) -> str:
    """Name the channel on which one viewer hears about one quality of a stream (spec section 7)."""
    return f"presence-stream-viewer@{streamer_id}.{quality}.{viewer_id}"


def audience(streamer_id: str) -> list[str]:
    """Name the channels of everybody who watches; what goes there names no payer."""
    return [f"private-stream@{streamer_id}", stream(streamer_id)]


def targets(streamer_id: str) -> list[str]:
    """Name the push targets "unless said otherwise" (spec section 4)."""
    return [*audience(streamer_id), user(streamer_id)]


def with_snapshots(streamer_id: str) -> list[str]:
    """Name the channels whose snapshots are invalidated (spec section 4, seed 001)."""
    return [
        user(streamer_id),
        f"private-enc-user@{streamer_id}",
        f"private-stream@{streamer_id}",
        f"private-enc-stream@{streamer_id}",
    ]
