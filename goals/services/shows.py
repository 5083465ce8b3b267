"""create_show_goal: a show, once its tickets are sold (seed 004)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from goals.endings import EndedBecause, Outcome
from goals.errors import (
    FundingNotClosed,
    FundingNotReached,
    GoalNotFound,
    GoalOfAnotherSession,
    NotYourGoal,
    ShowAlreadyCreated,
    TicketProductMismatch,
)
from goals.models import Goal
from goals.services import contributions, creation, lifecycle, locking, stage_use
from goals.types import GoalType
from livestream.storage.conflicts import retried
from sessions_app.services import locking as session_locking
from wallet.services import escrows


@retried
def create_show_goal(
    *,
    streamer_id: str,
    session_id: str,
    funding_goal_id: str,
    levels: list[dict[str, Any]],
    ticket_product_id: str,
    ticket_product_type: str,
    nbf: datetime | None,
    now: datetime,
) -> Goal:
    """Make the show that a closed and reached funding goal paid for; targets are seconds.

    Its tickets are on sale again until it ends. Raises GoalNotFound, NotYourGoal,
    FundingNotClosed, FundingNotReached, ShowAlreadyCreated, GoalOfAnotherSession,
    TicketProductMismatch and what locking the session raises.
    """
    with transaction.atomic():
        session = session_locking.lock_own_session(session_id=session_id, caller_id=streamer_id)
        stage_use.refuse_show(session_id=session_id)
        funding = _lock_funding(funding_goal_id, streamer_id, now)
        _check_sold(funding, now)
        _check_fits(funding, session_id, ticket_product_id, ticket_product_type)
        show = Goal(
            type=GoalType.SHOW,
            session=session,
            streamer_id=streamer_id,
            levels=levels,
            nbf=nbf,
            funding_goal=funding,
            ticket_product=funding.ticket_product,
            ticket_price=funding.ticket_price,
        )
        escrows.set_accepts_until(escrow_id=str(funding.escrow_id), until=None)
        return creation.create_goal(goal=show, now=now)


def _lock_funding(goal_id: str, streamer_id: str, now: datetime) -> Goal:
    seen = Goal.objects.filter(pk=goal_id, type=GoalType.FUNDING).first()
    if seen is None:
        raise GoalNotFound(f"There is no funding goal {goal_id}.")
    if seen.streamer_id != streamer_id:
        raise NotYourGoal
    contributions.count_all_contributions(escrow_id=str(seen.escrow_id))
    # Its task may be late, and would then end the show's own sale.
    lifecycle.deactivate_goal(goal_id=goal_id, because=EndedBecause.EXPIRED, now=now)
    return locking.lock_goal(goal_id=goal_id)


def _check_sold(funding: Goal, now: datetime) -> None:
    if funding.show_goal_id:
        raise ShowAlreadyCreated
    # The last ticket may have been counted, and the sale closed by it, since this was asked.
    if funding.ended_at is None and (funding.exp is None or funding.exp > now):
        raise FundingNotClosed
    if not funding.reached or funding.outcome == Outcome.REFUNDED:  # by support, for instance
        raise FundingNotReached


def _check_fits(funding: Goal, session_id: str, product_id: str, product_type: str) -> None:
    if funding.session_id != session_id:
        raise GoalOfAnotherSession
    product = funding.ticket_product
    if product is None or (product.id, product.type) != (product_id, product_type):
        raise TicketProductMismatch
