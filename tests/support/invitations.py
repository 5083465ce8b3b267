"""Invitations for tests."""

from __future__ import annotations

from datetime import timedelta

from goals.models import Goal
from goals.services import answering, inviting, leaving
from goals.types import GoalType
from livestream import clock
from livestream.models import User
from sessions_app.models import Session

DURATION = 120


def invite(
    session: Session,
    viewer: User,
    *,
    kind: GoalType = GoalType.TRIGGER_PRIVATE,
    duration: int = DURATION,
    seconds: float = 120,
    max_price: int | None = None,
) -> Goal:
    """Invite for `duration` seconds, to be answered within `seconds`; or join, or ask for more time."""
    return inviting.invite(
        kind=kind,
        session_id=session.id,
        viewer_id=viewer.pk,
        exp=clock.now() + timedelta(seconds=seconds),
        duration=duration,
        max_price=max_price,
        now=clock.now(),
    )


def agree(goal: Goal) -> Goal:
    """Let the goal's streamer agree."""
    answering.agree(goal_id=goal.id, caller_id=goal.streamer_id, triggerer=None, now=clock.now())
    goal.refresh_from_db()
    return goal


def disagree(goal: Goal) -> Goal:
    """Let the goal's streamer decline."""
    answering.disagree(goal_id=goal.id, caller_id=goal.streamer_id, triggerer=None, now=clock.now())
    goal.refresh_from_db()
    return goal


def withdraw(goal: Goal, viewer: User) -> Goal:
    """Let a viewer take an invitation back, as their client does."""
    leaving.end_or_withdraw(goal_id=goal.id, caller_id=viewer.pk, triggerer=None, now=clock.now())
    goal.refresh_from_db()
    return goal


def end(goal: Goal) -> Goal:
    """Let the streamer end a goal."""
    leaving.end_or_withdraw(goal_id=goal.id, caller_id=goal.streamer_id, triggerer=None, now=clock.now())
    goal.refresh_from_db()
    return goal


def exclusive_of(trigger: Goal) -> Goal:
    """Return the 1-on-1 that an invitation led to."""
    return Goal.objects.get(trigger_goal=trigger)
