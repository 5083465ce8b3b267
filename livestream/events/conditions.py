"""Conditions over payloads; the signal matrix shows them by name."""

from __future__ import annotations

from livestream.events.contracts import SHOW, ChannelEvent, ChannelVacated, GoalEnded, GoalEvent


def reached(event: GoalEvent) -> bool:
    """Only where the last level is reached."""
    return event.reached


def not_reached(event: GoalEvent) -> bool:
    """Only where the last level is not reached."""
    return not event.reached


def not_a_completed_show(event: GoalEvent) -> bool:
    """Except for a completed show, which `goal.completed` has reported."""
    return not (event.type == SHOW and event.reached)


def agreed(event: GoalEnded) -> bool:
    """Only where the streamer agreed, even if the payers were refunded afterwards."""
    return event.metadata.get("goal_agreed") is not None


def the_streamer_in_their_own_stream(event: ChannelEvent) -> bool:
    """Only for the streamer on the presence channel of their own stream, or when that channel became empty."""
    if event.room != "stream" or event.subject_id is None:
        return False
    if event.user_id is None:  # only presence channels name the user who came or went
        return isinstance(event, ChannelVacated) and event.channel.startswith("presence-")
    return event.user_id == event.subject_id
