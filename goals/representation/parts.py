"""The parts of a goal that its answers, pushes and events share: conditions, context, metadata."""

from __future__ import annotations

from goals.models import Goal
from goals.representation.documents import Conditions, Context, Metadata
from livestream import clock


def conditions(goal: Goal) -> Conditions:
    """Return where the goal belongs."""
    return {"session_id": goal.session_id}


def context(goal: Goal) -> Context:
    """Return what the goal is about, the viewer whom a 1-on-1 is for included (see `privacy`)."""
    members: Context = {"type": goal.type}
    if goal.exclusive_to is not None:
        members["exclusive_to"] = goal.exclusive_to
    if goal.ticket_product is not None:
        members["ticket_product_id"] = goal.ticket_product.id
        members["ticket_product_type"] = goal.ticket_product.type
    _add_related_goals(members, goal)
    _add_stage(members, goal)
    return members


def metadata(goal: Goal) -> Metadata:
    """Return whose the goal is, what an invitation was for, and who invited (see `privacy`)."""
    members: Metadata = {"user_id": goal.streamer_id}
    if goal.triggered_by_id is not None:
        members["triggered_by"] = goal.triggered_by_id
    if goal.prepaid_duration is not None:
        members["prepaid_duration"] = goal.prepaid_duration
    if goal.agreed_at is not None:
        members["goal_agreed"] = clock.to_epoch(goal.agreed_at)
    if goal.cooldown_until is not None:
        members["cooldown"] = clock.to_epoch(goal.cooldown_until)
    return members


def _add_related_goals(members: Context, goal: Goal) -> None:
    if goal.funding_goal_id is not None:
        members["session_id"] = goal.session_id
        members["funding_goal_id"] = goal.funding_goal_id
    if goal.show_goal_id is not None:
        members["show_goal_id"] = goal.show_goal_id
    if goal.trigger_goal_id is not None:
        members["trigger_goal_id"] = goal.trigger_goal_id
    if goal.exclusive_goal_id is not None:
        members["exclusive_goal_id"] = goal.exclusive_goal_id


def _add_stage(members: Context, goal: Goal) -> None:
    if goal.stage_started is not None:
        members["started"] = clock.to_epoch(goal.stage_started)
    if goal.stage_paused is not None:
        members["paused"] = clock.to_epoch(goal.stage_paused)
    if goal.stage_updated is not None:
        members["last_updated"] = clock.to_epoch(goal.stage_updated)
