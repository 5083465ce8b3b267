"""activate_goal and deactivate_goal: a goal starts once and ends once (spec section 2)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from goals import endings
from goals.endings import EndedBecause, Outcome
from goals.errors import AgreeRequired, GoalNotActive
from goals.models import Goal
from goals.services import counting, locking, performance, session_stage, stage_checks, stage_time
from goals.services.publishing import publish_goal
from goals.types import WATCHED_BY_PAYERS
from livestream import cached_views, realtime
from livestream.events.contracts import GOAL_CHANGED, GOAL_ENDED, GOAL_STARTED
from livestream.outbox import Delivery, durable, enqueue
from livestream.storage.conflicts import retried
from wallet.services import escrows


@durable(subject="goal_id")
def activate_goal(now: datetime, *, goal_id: str) -> bool:
    """Start a scheduled goal whose `nbf` has come, and return whether this call did it.

    A goal whose session ended meanwhile is not started but ended, which gives its money back.
    """
    with transaction.atomic():
        goal = locking.lock_goal(goal_id=goal_id)
        if goal.state != "scheduled" or (goal.nbf and goal.nbf > now):
            return False
        if not goal.session.active:
            deactivate_goal(goal_id=goal_id, because=EndedBecause.SESSION_ENDED, now=now)
            return False
        goal.active, goal.started_at = True, goal.nbf or now
        goal.save(update_fields=["active", "started_at"])
        start(goal=goal, now=now)
        return True


def start(*, goal: Goal, now: datetime) -> None:
    """Publish `goal.started`, and check after SHOW_MAX_WAIT whether the goal was performed."""
    publish_goal(GOAL_STARTED, goal)
    if goal.facts.given_up_unperformed:
        _give_up_after(goal, now)
    if goal.is_performed:
        stage_checks.plan(goal_id=goal.id, now=now)
        performance.settle_stage(goal=goal, now=now)
    if goal.is_performed and goal.type in WATCHED_BY_PAYERS:  # nobody else gets a token of the public room
        cached_views.invalidate_get_session_token_view_cache(session_id=goal.session_id)


def plan_giving_up(*, goal_id: str) -> None:
    """Schedule a check of a paused goal after SHOW_MAX_WAIT, so that it does not hold money forever."""
    goal = locking.find_goal(goal_id=goal_id)
    if goal.active and goal.stage_paused is not None:
        _give_up_after(goal, goal.stage_paused)


def _give_up_after(goal: Goal, since: datetime) -> None:
    at = since + timedelta(seconds=settings.SHOW_MAX_WAIT)
    enqueue(deactivate_unperformed_show, Delivery(eta=at), goal_id=goal.id)


@durable(subject="goal_id")
def deactivate_goal(
    now: datetime, *, goal_id: str, because: EndedBecause, triggerer: str | None = None, worked_off: bool = False
) -> bool:
    """End a goal, and return whether this call did it; only that call publishes `goal.ended`.

    What was paid and performed until now is counted first: it may still complete the goal, and
    then the completion ends it. While a late webhook may still decide whether a performance is
    complete, the end is postponed by some seconds. `because` decides the outcome, and whether nobody
    may invite again for a while (`goals.endings`). A reason that is no longer true, such as an `exp`
    that was moved, ends nothing. Only a caller that holds locks passes `worked_off`, after it has
    called `work_off`. Raises GoalNotFound.
    """
    with transaction.atomic():
        if not worked_off:
            work_off(goal_id=goal_id, now=now)
        goal = locking.lock_goal(goal_id=goal_id)
        if goal.ended_at is not None or not _still_holds(because, goal, now):
            return False
        if because != EndedBecause.COMPLETED and (again_at := stage_time.in_doubt_until(goal=goal, now=now)):
            later = Delivery(eta=again_at)
            enqueue(deactivate_goal, later, goal_id=goal_id, because=because, triggerer=triggerer)
            return False
        _count_what_is_due(goal, now)
        goal.refresh_from_db()
        if goal.ended_at is not None:
            return False
        _end(goal, because, now, triggerer)
        return True


@durable(subject="goal_id")
def deactivate_unperformed_show(now: datetime, *, goal_id: str) -> bool:
    """End a show or a 1-on-1 without a performed second for SHOW_MAX_WAIT, since it holds money."""
    with transaction.atomic():
        work_off(goal_id=goal_id, now=now)
        goal = locking.lock_goal(goal_id=goal_id)
        if not stage_time.is_given_up(goal=goal, now=now):
            return False
        return deactivate_goal(goal_id=goal_id, because=EndedBecause.UNPERFORMED, now=now, worked_off=True)


def work_off(*, goal_id: str, now: datetime) -> None:
    """Process the accepted webhooks about a performed goal and its streamer, before any lock is taken.

    So a decision takes every accepted webhook into account. Raises GoalNotFound.
    """
    goal = locking.find_goal(goal_id=goal_id)
    if goal.active and goal.is_performed:
        realtime.work_off(subjects=(goal.id, goal.streamer_id), now=now)


def end_refunded_goal(*, goal_id: str, now: datetime, triggerer: str | None = None) -> None:
    """End a goal whose escrow support has just refunded: with that outcome, whatever it had reached.

    What was paid and is not counted yet is counted afterwards, and reaches nothing any more.
    """
    because = EndedBecause.REFUNDED_BY_SUPPORT
    with transaction.atomic():
        goal = locking.lock_goal(goal_id=goal_id)
        if goal.is_performed:
            performance.close_stage(goal=goal, now=now)
            goal.refresh_from_db()
        if goal.ended_at is not None:
            goal.ended_because, goal.outcome = because, Outcome.REFUNDED
            goal.save(update_fields=["ended_because", "outcome"])
            publish_goal(GOAL_CHANGED, goal)
        else:
            _end(goal, because, now, triggerer)
        if goal.facts.sells_tickets:
            counting.count_all_contributions(escrow_id=str(goal.escrow_id))


def _still_holds(because: EndedBecause, goal: Goal, now: datetime) -> bool:
    """Check the reason again: the end may have been requested long ago."""
    if because == EndedBecause.EXPIRED:
        return goal.exp is not None and goal.exp <= now
    return because != EndedBecause.SUPERSEDED or goal.agreed_at is None


def _count_what_is_due(goal: Goal, now: datetime) -> None:
    if goal.facts.sells_tickets:
        counting.count_all_contributions(escrow_id=str(goal.escrow_id))
    elif goal.is_performed:
        performance.close_stage(goal=goal, now=now)


def _end(goal: Goal, because: EndedBecause, now: datetime, triggerer: str | None) -> None:
    agreed = goal.agreed_at is not None
    if because == EndedBecause.EXPIRED:
        because = endings.at_expiry(goal.type, agreed=agreed, reached=goal.reached)
    goal.active, goal.ended_at, goal.ended_because = False, now, because
    goal.exp = min(goal.exp, now) if goal.exp else now
    goal.outcome = endings.outcome_of(goal.type, because, progress=goal.progress, agreed=agreed, reached=goal.reached)
    if endings.cools_down(because):
        goal.cooldown_until = now + goal.facts.cooldown_period
    goal.save(update_fields=["active", "ended_at", "ended_because", "exp", "outcome", "cooldown_until"])
    session_stage.give_stage_back(goal=goal)
    session_stage.clear_room(goal=goal)
    if goal.is_performed:
        stage_checks.stop(goal_id=goal.id)
    if goal.escrow_id:
        escrows.stop_accepting(escrow_id=goal.escrow_id, at=now)
    publish_goal(GOAL_ENDED, goal, triggerer=triggerer, outcome=goal.outcome, ended_because=because)


@retried
def cancel_goal(*, goal_id: str, caller_id: str, triggerer: str | None, now: datetime) -> None:
    """End the caller's own goal; what was paid for it is given back unless it was reached.

    A running private show or 1-on-1 is split by the performed seconds. Raises GoalNotFound,
    NotYourGoal, AgreeRequired for an unanswered invitation, and GoalNotActive if the goal has ended
    or its target is reached. While that is not certain yet, the end is postponed by some seconds.
    """
    goal = locking.find_goal(goal_id=goal_id)
    locking.refuse_others(goal=goal, caller_id=caller_id)
    if goal.facts.is_invitation and goal.agreed_at is None:
        raise AgreeRequired
    with transaction.atomic():
        ended = deactivate_goal(goal_id=goal_id, because=EndedBecause.CANCELLED, triggerer=triggerer, now=now)
        if not ended and locking.find_goal(goal_id=goal_id).ended_at is not None:
            raise GoalNotActive  # a refusal changes nothing: what was just counted is counted again in its own time
