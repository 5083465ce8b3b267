"""The streamer comes on stage and leaves it, as Pusher tells."""

from __future__ import annotations

from datetime import datetime
from typing import Any

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


def go_on_stage(goal: Goal, *, at: datetime | None = None, source: str = "") -> None:
    """Publish that the goal's streamer entered its stage channel."""
    with transaction.atomic():
        publish(CHANNEL_OCCUPIED, ChannelOccupied(**of_stage(goal, at, source)))


def leave_stage(goal: Goal, *, at: datetime | None = None, source: str = "") -> None:
    """Publish that the goal's streamer left its stage channel."""
    with transaction.atomic():
        publish(CHANNEL_VACATED, ChannelVacated(**of_stage(goal, at, source)))


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
