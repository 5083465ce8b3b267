"""A goal as the seeds and the API write it: conditions, context, metadata."""

from __future__ import annotations

from typing import Any

from goals.models import Goal
from livestream import clock


def conditions(goal: Goal) -> dict[str, Any]:
    """Where the goal belongs."""
    return {"session_id": goal.session_id}


def context(goal: Goal) -> dict[str, Any]:
    """What the goal is about; members that do not apply are absent (spec section 3)."""
    members = {
        "type": goal.type,
        "session_id": goal.session_id if goal.funding_goal_id else None,
        "funding_goal_id": goal.funding_goal_id,
        "show_goal_id": goal.show_goal_id,
        "started": clock.to_epoch(goal.stage_started),
        "paused": clock.to_epoch(goal.stage_paused),
        "last_updated": clock.to_epoch(goal.stage_updated),
        "ticket_product_id": goal.ticket_product_id,
        "ticket_product_type": goal.ticket_product.type if goal.ticket_product else None,
        "exclusive_to": goal.exclusive_to,
        "trigger_goal_id": goal.trigger_goal_id,
        "exclusive_goal_id": goal.exclusive_goal_id,
    }
    return {name: value for name, value in members.items() if value is not None}


def metadata(goal: Goal) -> dict[str, Any]:
    """Whose the goal is (`user_id` is the streamer), and what an invitation was for."""
    members = {
        "user_id": goal.streamer_id,
        "triggered_by": goal.triggered_by_id,
        "prepaid_duration": goal.prepaid_duration,
        "goal_agreed": clock.to_epoch(goal.agreed_at),
        "cooldown": clock.to_epoch(goal.cooldown_until),
    }
    return {name: value for name, value in members.items() if value is not None}
