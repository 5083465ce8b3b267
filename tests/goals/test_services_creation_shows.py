"""create_show_goal: a show, once its tickets are sold, and only then (seed 004)."""

from __future__ import annotations

import pytest

from goals.demo import TICKET
from goals.endings import EndedBecause
from goals.errors import (
    FundingNotClosed,
    FundingNotReached,
    GoalNotFound,
    GoalOfAnotherSession,
    NotYourGoal,
    ShowAlreadyCreated,
    TicketProductMismatch,
)
from goals.models import Goal, TicketProduct
from goals.services import creation, lifecycle
from livestream import clock, ids
from livestream.errors import DomainError
from livestream.models import EventRecord
from sessions_app.errors import NotYourSession, SessionNotActive, SessionNotFound
from sessions_app.services import ending
from tests.goals.stories import quick_show, sold_out
from tests.support.people import make_funding, make_session, make_show, make_user
from tests.support.shows import buy
from tests.support.threads import at_once
from wallet.models import Escrow

pytestmark = pytest.mark.django_db


def make(funding, **changed):
    """Ask for the show of a funding goal with one detail other than usual."""
    given = {
        "streamer_id": funding.streamer_id,
        "session_id": funding.session_id,
        "funding_goal_id": funding.id,
        "levels": [{"title": "Show", "target": 60}],
        "ticket_product_id": TICKET,
        "ticket_product_type": "show",
        "nbf": None,
        "now": clock.now(),
    }
    return creation.create_show_goal(**(given | changed))


def refused(funding, error, **changed):
    """Assert that the show is refused with this error, and that nothing came of the asking."""
    before = what_is(funding)
    with pytest.raises(error):
        make(funding, **changed)
    assert what_is(funding) == before


def what_is(funding):
    escrow = Escrow.objects.get(pk=funding.escrow_id)
    goals = Goal.objects.order_by("id").values_list("id", "active", "ended_at", "show_goal_id")
    return list(goals), escrow.state, escrow.accepts_until, EventRecord.objects.count()


def test_tickets_still_on_sale(session, viewer):
    funding = make_funding(session, target=400)
    refused(funding, FundingNotClosed)
    buy(funding, viewer)
    refused(funding, FundingNotClosed)


def test_a_show_asked_for_in_the_moment_of_the_last_ticket_is_made(session, viewer):
    funding = make_funding(session, target=200)
    buy(funding, viewer)
    asked_at = clock.now()  # and only then is the ticket counted, which closes the sale
    assert make(funding, now=asked_at).active


@pytest.mark.parametrize("ended", [True, False])
def test_too_few_tickets_sold(session, moving, viewer, ended):
    funding = make_funding(session, target=400, seconds=100)
    buy(funding, viewer)
    moving.advance(seconds=100)
    if ended:
        lifecycle.deactivate_goal(goal_id=funding.id, because=EndedBecause.EXPIRED, now=clock.now())
    with pytest.raises(FundingNotReached):
        make(funding)
    assert Goal.objects.count() == 1


def test_a_show_made_already(session):
    show = quick_show(session)
    refused(show.funding_goal, ShowAlreadyCreated)


def test_a_show_that_was_cancelled_cannot_be_made_again(session):
    show = quick_show(session)
    lifecycle.deactivate_goal(goal_id=show.id, because=EndedBecause.CANCELLED, now=clock.now())
    refused(show.funding_goal, ShowAlreadyCreated)


def test_a_funding_goal_of_somebody_else(session):
    other = make_session()
    refused(sold_out(other), NotYourGoal, session_id=session.id, streamer_id=session.streamer_id)


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"session_id": ids.new_id()}, SessionNotFound),
        ({"streamer_id": ids.new_id()}, NotYourSession),
        ({"funding_goal_id": ids.new_id()}, GoalNotFound),
        ({"ticket_product_id": "another"}, TicketProductMismatch),
        ({"ticket_product_type": "karaoke"}, TicketProductMismatch),
    ],
)
def test_what_does_not_fit(session, changed, error):
    refused(sold_out(session), error, **changed)


def test_another_ticket_that_exists_but_was_not_sold(session):
    TicketProduct.objects.create(id="vip", price=900)
    refused(sold_out(session), TicketProductMismatch, ticket_product_id="vip")


def test_a_show_as_funding_goal(session):
    show = quick_show(session)
    refused(show.funding_goal, GoalNotFound, funding_goal_id=show.id)


def test_a_session_that_is_over(session):
    funding = sold_out(session)
    ending.deactivate_session(session_id=session.id, now=clock.now())
    refused(funding, SessionNotActive)


def test_tickets_of_an_earlier_session(session):
    funding = sold_out(session)
    ending.deactivate_session(session_id=session.id, now=clock.now())
    later = make_session(session.streamer)
    refused(funding, GoalOfAnotherSession, session_id=later.id)


def test_tickets_that_nobody_counted_yet_are_counted_first(session, viewer):
    funding = make_funding(session, target=400)
    buy(funding, viewer, 2)
    show = make(funding)
    funding.refresh_from_db()
    assert (funding.progress, funding.outcome, funding.show_goal_id) == (400, "completed", show.id)


def test_a_show_keeps_the_ticket_and_the_price_of_its_sale(session):
    funding = sold_out(session)
    TicketProduct.objects.update(price=1)
    show = make_show(funding)
    assert (show.ticket_product_id, show.ticket_price, show.exp) == (TICKET, 200, None)
    assert (show.escrow_id, show.progress, show.target) == (funding.escrow_id, 0, 60)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_many_who_make_the_show_at_once_one_does(moving):
    session = make_session()
    funding = make_funding(session, target=400)
    buy(funding, make_user(coins=400), 2)
    answers = at_once(*[lambda: make(funding)] * 6)
    made = [answer for answer in answers if isinstance(answer, Goal)]
    refusals = [answer for answer in answers if isinstance(answer, DomainError)]
    assert len(made) == 1
    assert {type(each) for each in refusals} == {ShowAlreadyCreated}
    assert Goal.objects.get(type="show").id == made[0].id
    assert EventRecord.objects.filter(name="goal.created", goal_id=made[0].id).count() == 1
