"""Who may watch what of a session, and until when (spec sections 3 and 7)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import assert_never

from goals import selectors
from goals.errors import BlockedByStreamer, NotAuthorizedForQuality
from goals.models import Goal
from goals.types import GoalType
from livestream.users import is_blocked
from sessions_app.models import Session
from sessions_app.services import locking

PREVIEW, SD = "preview", "sd"
LONGEST_GRANT = timedelta(hours=1)
# A token for the public stream cannot be revoked when a paid goal begins, so it is short.
LONGEST_PUBLIC_GRANT = timedelta(minutes=5)
_LAST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Grant:
    """A user may watch a session in a quality until `exp`, by right of a goal or of none.

    `goal_id` is the goal that is watched, or for the streamer performed; None for the public stream.
    The preview of a goal that others paid for opens no room.
    """

    session_id: str
    user_id: str
    quality: str
    exp: datetime
    goal_id: str | None = None
    opens_room: bool = True


def refuse_unwelcome(*, session: Session, user_id: str) -> None:
    """Raise SessionNotActive or BlockedByStreamer where the user may watch nothing, paid or not.

    A show may go on for a while after its session, and with it the right to watch it.
    """
    if not session.active and not running_goals(session=session):
        locking.refuse_ended(session=session)
    if is_blocked(user_id=user_id, streamer_id=session.streamer_id):
        raise BlockedByStreamer


def authorize(*, session: Session, user_id: str, quality: str, now: datetime) -> Grant:
    """Return the user's grant.

    While no paid goal runs, everybody may watch both qualities. Otherwise `sd` is for its payers:
    ticket holders of a show, payers of an agreed private show, the viewer of a 1-on-1. All others
    have the preview, which then opens no room. The streamer's grant is for the running goal.
    Raises NotAuthorizedForQuality, and what `refuse_unwelcome` does.
    """
    refuse_unwelcome(session=session, user_id=user_id)
    running = running_goals(session=session)
    if user_id == session.streamer_id:
        goal_id = running[0].id if running else None
        return Grant(session.id, user_id, quality, now + LONGEST_GRANT, goal_id)
    if quality == PREVIEW or not running:
        return Grant(session.id, user_id, quality, now + LONGEST_PUBLIC_GRANT, opens_room=not running)
    grants = (_paid(goal, user_id, quality, now) for goal in running)
    grant = next((each for each in grants if each is not None), None)
    if grant is None:
        raise NotAuthorizedForQuality
    return grant


def grant_exp(*, goal: Goal, now: datetime) -> datetime:
    """Return the end of the longest grant of a goal.

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


def grant_exps(*, goal: Goal, viewers: Collection[str], now: datetime) -> dict[str, datetime]:
    """Return, by viewer, when the grant of each payer ends; in a private show, with their own last block.

    Viewers whose blocks were all cut have no grant and are left out.
    """
    exp = grant_exp(goal=goal, now=now)
    own: Mapping[str, datetime | None] = {}
    if goal.facts.others_may_join:
        own = selectors.ends_of_blocks(goal_id=goal.id, payers=viewers)
    # A payer without a block paid under an earlier release, which sold the show as a whole.
    ends = {viewer_id: own.get(viewer_id, exp) for viewer_id in viewers}
    return {viewer_id: min(end, exp) for viewer_id, end in ends.items() if end is not None}


def running_goals(*, session: Session) -> list[Goal]:
    """Return the running goals of a session that viewers paid for, the performed one first.

    There is at most one, unless an earlier release created them.
    """
    active = Goal.objects.filter(session=session, active=True)
    return sorted(selectors.performed_for_payers(among=active), key=_precedence)


def _precedence(goal: Goal) -> tuple[bool, int, datetime, str]:
    is_performed = goal.stage_started is not None and goal.stage_paused is None
    return not is_performed, goal.facts.stage_rank or 0, goal.started_at or _LAST, goal.id


def _paid(goal: Goal, user_id: str, quality: str, now: datetime) -> Grant | None:
    exp = grant_exps(goal=goal, viewers=[user_id], now=now).get(user_id, now)
    if exp <= now or not selectors.holds(goal=goal, user_id=user_id):
        return None
    return Grant(goal.session_id, user_id, quality, min(exp, now + LONGEST_GRANT), goal.id)


def _end_of_performance(goal: Goal, now: datetime) -> datetime:
    if goal.ended_at is not None:
        return goal.ended_at
    came = None if goal.stage_paused else goal.stage_started
    began = came or max(goal.nbf or now, now)
    return began + timedelta(seconds=max(goal.target - goal.progress, 0))
