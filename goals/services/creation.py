"""Creating goals: create_goal for all types, and the goals that streamers create (seeds 003, 004)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from goals import escrow_ids, rules
from goals.endings import EndedBecause, Outcome
from goals.errors import (
    ExpiryInThePast,
    FundingNotClosed,
    FundingNotReached,
    GoalNotFound,
    GoalOfAnotherSession,
    KaraokeAlreadyActive,
    NbfTooFar,
    ShorterThanSold,
    ShowAlreadyCreated,
    StartsTooLate,
    TicketProductMismatch,
    UnknownTicketProduct,
)
from goals.models import Goal, TicketProduct
from goals.services import counting, lifecycle, locking, session_stage
from goals.services.publishing import publish_goal
from goals.types import SELLS_TICKETS, GoalType
from livestream import clock
from livestream.events.contracts import GOAL_CREATED
from livestream.storage.conflicts import retried
from sessions_app.services import locking as session_locking
from wallet.services import escrows


def create_goal(*, goal: Goal, now: datetime) -> Goal:
    """Store a new goal, publish `goal.created`, and start it unless its `nbf` lies ahead.

    `goal` is not saved yet. Its receivers give it its place and its schedule; then follow,
    in this order, `goal.added` (theirs) and `goal.started` (spec section 2).
    """
    with transaction.atomic():
        goal.created_at = now
        goal.active = goal.nbf is None or goal.nbf <= now
        goal.started_at = now if goal.active else None
        goal.save(force_insert=True)
        publish_goal(GOAL_CREATED, goal)
        if goal.active:
            lifecycle.start(goal=goal, now=now)
    return goal


@retried
def create_funding_goal(
    *,
    streamer_id: str,
    session_id: str,
    levels: list[dict[str, Any]],
    exp: datetime,
    ticket_product_id: str,
    ticket_product_type: str,
    duration: int,
    now: datetime,
    start_within: int | None = None,
) -> Goal:
    """Open the sale of tickets for a show, with its escrow; levels' targets are coins.

    Its terms are binding (spec section 3): a ticket costs what the product costs now, the show lasts
    at least `duration` seconds, and it starts within `start_within` seconds (SHOW_START_WITHIN by
    default) of the end of the reached sale. Raises SessionNotFound,
    NotYourSession, SessionNotActive, StageTaken, UnknownTicketProduct, ExpiryInThePast.
    """
    with transaction.atomic():
        session = session_locking.lock_own_session(session_id=session_id, caller_id=streamer_id)
        session_stage.refuse_sale(session=session)
        if exp <= now:
            raise ExpiryInThePast
        product = find_product(product_id=ticket_product_id, product_type=ticket_product_type)
        goal = Goal(
            type=GoalType.FUNDING,
            session=session,
            streamer_id=streamer_id,
            levels=levels,
            exp=exp,
            ticket_product=product,
            ticket_price=product.price,
            terms_duration=duration,
            terms_start_within=settings.SHOW_START_WITHIN if start_within is None else start_within,
        )
        escrow_id = escrow_ids.show_funding(goal.id)
        escrows.open_escrow(escrow_id=escrow_id, user_id=streamer_id, accepts_until=exp, now=now)
        return create_goal(goal=goal, now=now)


def find_product(*, product_id: str, product_type: str) -> TicketProduct:
    """Return the ticket product; UnknownTicketProduct where id and type do not name one."""
    product = TicketProduct.objects.filter(pk=product_id, type=product_type).first()
    if product is None:
        raise UnknownTicketProduct("{id} ({type}) is not sold.", given={"id": product_id, "type": product_type})
    return product


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

    Its tickets are on sale again until it or its session ends. Errors about the sale are raised
    before StageTaken. Raises NbfTooFar, GoalNotFound, NotYourGoal,
    FundingNotClosed, FundingNotReached, ShowAlreadyCreated, GoalOfAnotherSession,
    TicketProductMismatch, ShorterThanSold, StartsTooLate, StageTaken and what locking the session
    raises.
    """
    _refuse_far(nbf, now)
    with transaction.atomic():
        session = session_locking.lock_own_session(session_id=session_id, caller_id=streamer_id)
        funding = _lock_funding(funding_goal_id, streamer_id, now)
        _check_sold(funding, now)
        _check_fits(funding, session_id, ticket_product_id, ticket_product_type)
        _check_terms(funding, seconds=rules.target(levels), starts_at=max(nbf or now, now))
        session_stage.refuse_show(session=session)
        show = Goal(type=GoalType.SHOW, session=session, levels=levels, nbf=nbf, **_sold(funding))
        escrows.set_accepts_until(escrow_id=str(funding.escrow_id), until=None)
        return create_goal(goal=show, now=now)


def _lock_funding(goal_id: str, streamer_id: str, now: datetime) -> Goal:
    seen = Goal.objects.filter(pk=goal_id, type__in=SELLS_TICKETS).first()
    if seen is None:
        raise GoalNotFound("There is no funding goal {goal_id}.", given={"goal_id": goal_id})
    locking.refuse_others(goal=seen, caller_id=streamer_id)
    counting.count_all_contributions(escrow_id=str(seen.escrow_id))
    # Its task may be late, and would then end the show's own sale.
    lifecycle.deactivate_goal(goal_id=goal_id, because=EndedBecause.EXPIRED, now=now)
    return locking.lock_goal(goal_id=goal_id)


def _sold(funding: Goal) -> dict[str, Any]:
    """Return the fields that a show copies from its sale."""
    return {
        "funding_goal": funding,
        "streamer_id": funding.streamer_id,
        "ticket_product": funding.ticket_product,
        "ticket_price": funding.ticket_price,
        "terms_duration": funding.terms_duration,
        "terms_start_within": funding.terms_start_within,
        "start_by": funding.start_by,
    }


def _check_sold(funding: Goal, now: datetime) -> None:
    if funding.show_goal_id:
        raise ShowAlreadyCreated
    # The last ticket may have been counted, and the sale closed by it, since the request was made.
    if funding.ended_at is None and (funding.exp is None or funding.exp > now):
        raise FundingNotClosed
    if funding.ended_because == EndedBecause.NOT_STARTED:
        raise StartsTooLate(start_by=clock.to_epoch(funding.start_by))
    if not funding.reached or funding.outcome != Outcome.COMPLETED:  # called off, or refunded by support
        raise FundingNotReached


def _check_fits(funding: Goal, session_id: str, product_id: str, product_type: str) -> None:
    if funding.session_id != session_id:
        raise GoalOfAnotherSession
    product = funding.ticket_product
    if product is None or (product.id, product.type) != (product_id, product_type):
        raise TicketProductMismatch


def _check_terms(funding: Goal, *, seconds: int, starts_at: datetime) -> None:
    if funding.terms_duration is not None and seconds < funding.terms_duration:
        raise ShorterThanSold("{duration} seconds were sold.", duration=funding.terms_duration)
    if funding.start_by is not None and starts_at > funding.start_by:
        raise StartsTooLate(start_by=clock.to_epoch(funding.start_by))


def _refuse_far(nbf: datetime | None, now: datetime) -> None:
    if nbf is not None and nbf > now + timedelta(seconds=settings.SESSION_MAX_DURATION):
        raise NbfTooFar("`nbf` may be at most {max} seconds ahead.", max=settings.SESSION_MAX_DURATION)


@retried
def create_karaoke_goal(
    *,
    streamer_id: str,
    session_id: str,
    levels: list[dict[str, Any]],
    nbf: datetime | None,
    now: datetime,
) -> Goal:
    """Make the session's karaoke: a level a song, targets in seconds, each above the previous one.

    Raises NbfTooFar, KaraokeAlreadyActive while another one has not ended, and what locking the session does.
    """
    _refuse_far(nbf, now)
    with transaction.atomic():
        session = session_locking.lock_own_session(session_id=session_id, caller_id=streamer_id)
        if Goal.objects.filter(session=session, type=GoalType.KARAOKE, ended_at=None).exists():
            raise KaraokeAlreadyActive
        goal = Goal(type=GoalType.KARAOKE, session=session, streamer_id=streamer_id, levels=levels, nbf=nbf)
        return create_goal(goal=goal, now=now)
