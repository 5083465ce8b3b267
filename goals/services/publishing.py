"""Turning a goal into the payload of one of its events."""

from __future__ import annotations

from typing import Any

from django.db.models import F

from goals import representation
from goals.models import Goal
from livestream.events import publish
from livestream.events.contracts import GOAL_CHANGED, GoalEvent
from livestream.events.signals import DomainSignal


def publish_goal(signal: DomainSignal, goal: Goal, **details: Any) -> None:
    """Publish an event of a goal as it is now; `details` are what the event adds, or overrides."""
    facts: dict[str, Any] = {
        "goal_id": goal.id,
        "session_id": goal.session_id,
        "streamer_id": goal.streamer_id,
        "type": goal.type,
        "active": goal.active,
        "progress": goal.progress,
        "level": goal.level,
        "levels": tuple(goal.levels),
        "conditions": representation.conditions(goal),
        "context": representation.context(goal),
        "metadata": representation.metadata(goal),
        "nbf": goal.nbf,
        "exp": goal.exp,
        "escrow_id": goal.escrow_id,
    }
    if signal is GOAL_CHANGED:
        # The change may be outside of the goal's row. This update makes the trigger increment the version.
        Goal.objects.filter(pk=goal.pk).update(version=F("version"))
    payload = signal.payload(**(facts | details))
    assert isinstance(payload, GoalEvent)  # noqa: S101 - a goal's signals carry a goal's payloads
    publish(signal, payload)
