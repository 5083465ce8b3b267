"""Who may watch what of a session, and until when (spec sections 3 and 7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

from goals import selectors
from goals.errors import BlockedByStreamer, NotAuthorizedForQuality
from goals.models import Goal
from goals.types import WATCHED_BY_PAYERS, GoalType
from livestream.users import is_blocked
from sessions_app.models import Session
from sessions_app.services import locking

PREVIEW, SD = "preview", "sd"
LONGEST_GRANT = timedelta(hours=1)
# A 1-on-1 has no preview, and a preview already granted is not revoked: so it is short.
LONGEST_PREVIEW = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Grant:
    """A user may watch a session in a quality until `exp`, by right of a goal or of none.

    `goal_id` is what is watched, and for the streamer what is performed; None for the public stream.
    """

    session_id: str
    user_id: str
    quality: str
    exp: datetime
    goal_id: str | None = None


def refuse_unwelcome(*, session: Session, user_id: str) -> None:
    """Raise SessionNotActive or BlockedByStreamer where the user may watch nothing, paid or not.

    A show may go on for a while after its session, and with it the right to watch it.
    """
    if not session.active and not _running(session):
        locking.refuse_ended(session=session)
    if is_blocked(user_id=user_id, streamer_id=session.streamer_id):
        raise BlockedByStreamer


def authorize(*, session: Session, user_id: str, quality: str, now: datetime) -> Grant:
    """Return the user's grant.

    Everybody may see the preview, except of a 1-on-1; paid quality is for those whose goal is
    running: ticket holders of a show, payers of an agreed private show, the viewer of a 1-on-1.
    Raises NotAuthorizedForQuality, and what `refuse_unwelcome` does.
    """
    refuse_unwelcome(session=session, user_id=user_id)
    on = _on(session)
    if user_id == session.streamer_id:
        return Grant(session.id, user_id, quality, now + LONGEST_GRANT, on.id if on else None)
    if quality == PREVIEW and (on is None or not on.facts.hides_preview):
        return Grant(session.id, user_id, quality, now + LONGEST_PREVIEW)
    if on is None:
        raise NotAuthorizedForQuality
    return _paid(on, user_id, quality, now)


def grant_exp(*, goal: Goal, now: datetime) -> datetime:
    """Return the end of the grant.

    A private show ends at its `exp`. A show or a 1-on-1 takes what is left to perform: from when
    the streamer came on stage; while nobody is there, from `nbf`, and at the earliest from now
    (seed 004). One that has ended is over, however much of it was not performed.
    """
    match goal.kind:
        case GoalType.TRIGGER_PRIVATE:
            return goal.exp or now
        case GoalType.TRIGGER_EXCLUSIVE:
            return grant_exp(goal=goal.exclusive_goal, now=now) if goal.exclusive_goal else now
        case GoalType.FUNDING | GoalType.SHOW | GoalType.KARAOKE | GoalType.EXCLUSIVE:
            return _end_of_performance(goal, now)
        case _:
            assert_never(goal.kind)


def _on(session: Session) -> Goal | None:
    """Return the goal that has the stage, of those that are paid for; a 1-on-1 before all others."""
    return min(_running(session), key=lambda goal: goal.facts.stage_rank or 0, default=None)


def _running(session: Session) -> list[Goal]:
    goals = Goal.objects.filter(session=session, active=True, type__in=WATCHED_BY_PAYERS)
    return [goal for goal in goals if goal.agreed_at is not None or not goal.facts.is_invitation]


def _paid(goal: Goal, user_id: str, quality: str, now: datetime) -> Grant:
    exp = grant_exp(goal=goal, now=now)
    if exp <= now or not selectors.paid_by(goal=goal, user_id=user_id):
        raise NotAuthorizedForQuality
    return Grant(goal.session_id, user_id, quality, min(exp, now + LONGEST_GRANT), goal.id)


def _end_of_performance(goal: Goal, now: datetime) -> datetime:
    if goal.ended_at is not None:
        return goal.ended_at
    came = None if goal.stage_paused else goal.stage_started
    began = came or max(goal.nbf or now, now)
    return began + timedelta(seconds=max(goal.target - goal.progress, 0))
