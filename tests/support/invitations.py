"""Invitations for tests."""

from __future__ import annotations

from datetime import timedelta

from goals.models import Goal
from goals.services import answering, inviting
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
) -> Goal:
    """Invite for `duration` seconds, to be answered within `seconds`."""
    return inviting.invite(
        kind=kind,
        session_id=session.id,
        viewer_id=viewer.pk,
        exp=clock.now() + timedelta(seconds=seconds),
        duration=duration,
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


def exclusive_of(trigger: Goal) -> Goal:
    """Return the 1-on-1 that an invitation led to."""
    return Goal.objects.get(trigger_goal=trigger)
