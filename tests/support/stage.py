"""The streamer comes on stage or into their stream, and leaves, as Pusher tells."""

from __future__ import annotations

from datetime import datetime
from itertools import count
from typing import Any

from django.conf import settings
from django.db import transaction

from goals.models import Goal
from livestream import clock, ids
from livestream.events import publish
from livestream.events.contracts import (
    CHANNEL_OCCUPIED,
    CHANNEL_VACATED,
    ChannelOccupied,
    ChannelVacated,
)

# How long a performance that reached its target waits for a webhook that is late.
PATIENCE = settings.STAGE_PATIENCE
# Webhooks of a stream are numbered: of one millisecond the last one counts.
_numbers = count(1_000_000)


def go_on_stage(goal: Goal, *, at: datetime | None = None, source: str = "") -> None:
    """Publish that the goal's streamer entered its stage channel."""
    with transaction.atomic():
        publish(CHANNEL_OCCUPIED, ChannelOccupied(**of_stage(goal, at, source)))


def leave_stage(goal: Goal, *, at: datetime | None = None, source: str = "") -> None:
    """Publish that the goal's streamer left its stage channel."""
    with transaction.atomic():
        publish(CHANNEL_VACATED, ChannelVacated(**of_stage(goal, at, source)))


def come_online(streamer_id: str, *, at: datetime | None = None, source: str = "") -> None:
    """Publish that a streamer entered their own stream, where they perform private shows."""
    with transaction.atomic():
        publish(CHANNEL_OCCUPIED, ChannelOccupied(**_of_stream(streamer_id, at, source)))


def go_offline(streamer_id: str, *, at: datetime | None = None, source: str = "") -> None:
    """Publish that a streamer left their own stream."""
    with transaction.atomic():
        publish(CHANNEL_VACATED, ChannelVacated(**_of_stream(streamer_id, at, source)))


def empty(goal: Goal, *, at: datetime | None = None) -> None:
    """Publish that a goal's stage channel is empty, without saying who left it."""
    with transaction.atomic():
        publish(CHANNEL_VACATED, ChannelVacated(**(of_stage(goal, at) | {"user_id": None})))


def empty_stream(streamer_id: str, *, at: datetime | None = None) -> None:
    """Publish that a streamer's stream is empty, without saying who left it."""
    with transaction.atomic():
        publish(CHANNEL_VACATED, ChannelVacated(**(_of_stream(streamer_id, at, "") | {"user_id": None})))


def of_stage(goal: Goal, at: datetime | None = None, source: str = "") -> dict[str, Any]:
    """Return the payload of an event on a goal's stage channel."""
    return {
        "channel": f"presence-enc-goal@{goal.id}",
        "user_id": goal.streamer_id,
        "time": at or clock.now(),
        "room": "goal",
        "subject_id": goal.id,
        "source": source or ids.new_id(),
    }


def _of_stream(streamer_id: str, at: datetime | None, source: str) -> dict[str, Any]:
    return {
        "channel": f"presence-stream@{streamer_id}",
        "user_id": streamer_id,
        "time": at or clock.now(),
        "room": "stream",
        "subject_id": streamer_id,
        "source": source or str(next(_numbers)),
    }
