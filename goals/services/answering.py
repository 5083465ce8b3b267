"""The streamer agrees to an invitation, or does not (spec section 6, seed 001)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import assert_never

from django.conf import settings
from django.db import transaction

from goals.endings import EndedBecause
from goals.errors import AgreeNotAllowed, AlreadyAgreed, GoalNotActive
from goals.models import Goal
from goals.services import blocks, creation, leaving, lifecycle, locking, session_stage
from goals.services.publishing import publish_goal
from goals.types import GoalType
from livestream.events.contracts import GOAL_AGREED
from livestream.storage.conflicts import retried
from sessions_app.models import Session
from sessions_app.services import locking as session_locking
from wallet.services import escrows


@retried
def agree(*, goal_id: str, caller_id: str, triggerer: str | None, now: datetime) -> Goal:
    """Agree to an invitation: a private show begins, or a 1-on-1. Agreeing again changes nothing.

    Raises GoalNotFound, NotYourGoal, AgreeNotAllowed, GoalNotActive, and StageTaken while a
    show, a private show or a 1-on-1 is going on. Payers whom the streamer has blocked, or whose
    account is closed, are refunded first. If nobody else paid, that ends the invitation, and
    GoalNotActive is raised.
    """
    seen = locking.find_goal(goal_id=goal_id)
    locking.refuse_others(goal=seen, caller_id=caller_id)
    _refuse_other_types(seen)
    with transaction.atomic():
        goal = _agree(seen, triggerer, now)
    if goal is None:
        refusal = GoalNotActive()
        refusal.keeps_changes = True  # the refunds, also inside of a caller's transaction
        raise refusal
    return goal


def _agree(seen: Goal, triggerer: str | None, now: datetime) -> Goal | None:
    session = session_locking.lock_session(session_id=seen.session_id)
    escrows.lock_escrow(escrow_id=str(seen.escrow_id))
    goal = locking.find_goal(goal_id=seen.id)  # it cannot change while its escrow is locked
    if goal.agreed_at is not None:
        return goal
    if not goal.active or not session.active or (goal.exp and goal.exp <= now):
        raise GoalNotActive
    session_stage.refuse_agreement(session=session)
    leaving.release_unwelcome(goal=goal, now=now)
    goal = locking.lock_goal(goal_id=goal.id)
    if goal.ended_at is not None:
        return None
    _begin(goal, session, triggerer, now)
    return goal


def _begin(goal: Goal, session: Session, triggerer: str | None, now: datetime) -> None:
    goal.agreed_at = now
    match goal.kind:
        case GoalType.TRIGGER_PRIVATE:
            _begin_private(goal, session, now)
        case GoalType.TRIGGER_EXCLUSIVE:
            _begin_exclusive(goal, session, triggerer, now)
        case GoalType.FUNDING | GoalType.SHOW | GoalType.KARAOKE | GoalType.EXCLUSIVE:
            raise AgreeNotAllowed
        case _:
            assert_never(goal.kind)


@retried
def disagree(*, goal_id: str, caller_id: str, triggerer: str | None, now: datetime) -> None:
    """Decline an invitation (seed 001): it ends, is refunded, and cannot be repeated during its cooldown.

    Raises GoalNotFound, NotYourGoal, AgreeNotAllowed, AlreadyAgreed, GoalNotActive.
    """
    seen = locking.find_goal(goal_id=goal_id)
    locking.refuse_others(goal=seen, caller_id=caller_id)
    _refuse_other_types(seen)
    with transaction.atomic():
        goal = locking.lock_goal(goal_id=goal_id)
        if goal.agreed_at is not None:
            raise AlreadyAgreed
        if not lifecycle.deactivate_goal(goal_id=goal_id, because=EndedBecause.DECLINED, triggerer=triggerer, now=now):
            raise GoalNotActive


def _refuse_other_types(goal: Goal) -> None:
    if not goal.facts.is_invitation:
        raise AgreeNotAllowed


def _begin_private(goal: Goal, session: Session, now: datetime) -> None:
    """Begin the private show: start each payer's block, and run until the last of them ends."""
    blocks.start_blocks(goal=goal, now=now)
    goal.progress = 0  # from now on it counts performed seconds
    session_stage.take_stage(goal=goal, session=session)
    goal.save(update_fields=["agreed_at", "exp", "levels", "progress", "preset_before"])
    publish_goal(GOAL_AGREED, goal)
    blocks.expect_end(goal=goal)


def _begin_exclusive(trigger: Goal, session: Session, triggerer: str | None, now: datetime) -> None:
    """End the invitation as agreed, and make the 1-on-1 that it was for.

    Prepaid seconds that are not performed by its exp, SHOW_MAX_WAIT after they could have
    been, are given back: a 1-on-1 does not block a session's stage permanently.
    """
    trigger.save(update_fields=["agreed_at"])
    publish_goal(GOAL_AGREED, trigger)
    lifecycle.deactivate_goal(
        goal_id=trigger.id, because=EndedBecause.COMPLETED, triggerer=triggerer, now=now, worked_off=True
    )
    duration = trigger.prepaid_duration or 0
    goal = Goal(
        type=GoalType.EXCLUSIVE,
        session=session,
        streamer_id=trigger.streamer_id,
        triggered_by_id=trigger.triggered_by_id,
        trigger_goal=trigger,
        prepaid_duration=duration,
        price=trigger.price,
        levels=[{"title": GoalType.EXCLUSIVE.value, "target": duration}],
        exp=now + timedelta(seconds=duration + settings.SHOW_MAX_WAIT),
    )
    session_stage.take_stage(goal=goal, session=session)
    creation.create_goal(goal=goal, now=now)
