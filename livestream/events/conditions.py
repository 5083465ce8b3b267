"""Conditions over payloads, named so that the signal matrix can show them."""

from __future__ import annotations

from livestream.events.contracts import SHOW, GoalEnded, GoalEvent


def reached(event: GoalEvent) -> bool:
    """Only where the last level is reached."""
    return event.reached


def not_reached(event: GoalEvent) -> bool:
    """Only where the last level is not reached."""
    return not event.reached


def not_a_completed_show(event: GoalEvent) -> bool:
    """For all but a show that completed: that one was told of by `goal.completed`."""
    return not (event.type == SHOW and event.reached)


def agreed(event: GoalEnded) -> bool:
    """Only where the streamer had agreed, also if it was given back all the same."""
    return event.metadata.get("goal_agreed") is not None
