"""Goals at a point of their life, quickly: what effect receivers would do about it is left out."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from goals.endings import EndedBecause
from goals.models import Goal
from goals.services import counting, lifecycle, sales
from goals.types import GoalType
from livestream import clock
from livestream.models import OutboxMessage, User
from sessions_app.models import Session
from tests.support.people import TICKET_PRICE, make_funding, make_session, make_show, make_user
from tests.support.shows import buy


def count(funding: Goal) -> Goal:
    """Count what was bought, as the sweep would have it done, and return the goal as it is then."""
    counting.count_all_contributions(escrow_id=str(funding.escrow_id))
    funding.refresh_from_db()
    return funding


def sell(session: Session, viewer: User, **terms: Any) -> Goal:
    """Return a sale of a show of a minute that a viewer reached with two tickets."""
    funding = make_funding(session, target=2 * TICKET_PRICE, **({"duration": 60} | terms))
    buy(funding, viewer, 2)
    return count(funding)


def call_off(goal: Goal) -> None:
    """End a goal as its streamer."""
    sales.cancel_goal(goal_id=goal.id, caller_id=goal.streamer_id, triggerer="app", now=clock.now())


def in_seconds(seconds: float) -> datetime:
    """Return the time that many seconds from now."""
    return clock.now() + timedelta(seconds=seconds)


def sold_out(session: Session | None = None, *, tickets: int = 2) -> Goal:
    """Return a funding goal that one viewer reached, and that is closed."""
    funding = make_funding(session or make_session(), target=tickets * TICKET_PRICE)
    buy(funding, make_user(coins=tickets * TICKET_PRICE), tickets)
    return forget_effects(count(funding))


def quick_show(session: Session | None = None, **details: Any) -> Goal:
    """Return the show of a sold-out funding goal."""
    return forget_effects(make_show(sold_out(session), **details))


def quick_shows(session: Session, *, number: int) -> None:
    """Make shows of one session, each after the one before was called off: the last one is on."""
    for _ in range(number):
        for before in Goal.objects.filter(session=session, type=GoalType.SHOW, ended_at=None):
            lifecycle.deactivate_goal(goal_id=before.id, because=EndedBecause.CANCELLED, now=clock.now())
        quick_show(session)


def forget_effects(goal: Goal) -> Goal:
    """Drop what waits for others to hear of; what is planned for the goal itself stays."""
    OutboxMessage.objects.filter(actor="deliver_event").delete()
    return goal


def perform_at(goal: Goal) -> Any:
    """Return when the goal's performance is looked at next."""
    found = OutboxMessage.objects.filter(actor="complete_performance", subject=goal.id, eta__gt=clock.now())
    return found.order_by("eta").values_list("eta", flat=True).first()
