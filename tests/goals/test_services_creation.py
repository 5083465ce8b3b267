"""A goal comes into being: its place, its schedule, its start (spec section 2)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from goals.demo import TICKET, create_ticket_products
from goals.errors import ExpiryInThePast, UnknownTicketProduct
from goals.models import Goal, ShowGoalPair, TicketProduct
from goals.representation import sessions
from goals.services import creation
from livestream import clock, ids
from livestream.models import EventRecord, OutboxMessage
from sessions_app.errors import NotYourSession, SessionNotActive, SessionNotFound
from sessions_app.services import ending
from tests.goals.stories import quick_show, sold_out
from tests.support.matrix import events_of_goal, last_event
from tests.support.outbox import assert_enqueued
from tests.support.people import make_funding, make_session, make_show, make_user
from tests.support.shows import buy
from wallet.models import Account, Escrow

pytestmark = pytest.mark.django_db

STARTED = ["goal.created", "goal.added", "goal.started"]


def in_seconds(seconds):
    return clock.now() + timedelta(seconds=seconds)


def open_sale(session, **changed):
    """Open a sale with one detail other than usual."""
    create_ticket_products()
    given = {
        "streamer_id": session.streamer_id,
        "session_id": session.id,
        "levels": [{"title": "Tickets", "target": 400}],
        "exp": in_seconds(600),
        "ticket_product_id": TICKET,
        "ticket_product_type": "show",
        "duration": 60,
        "now": clock.now(),
    }
    return creation.create_funding_goal(**(given | changed))


def test_a_sale_is_created_added_and_started_in_this_order(session):
    funding = make_funding(session)
    assert (funding.state, funding.started_at, funding.nbf) == ("active", clock.now(), None)
    assert events_of_goal(funding.id) == STARTED


def test_a_sale_has_an_escrow_that_takes_money_until_exp(session):
    funding = make_funding(session, seconds=600)
    escrow = Escrow.objects.get(pk=f"show_funding:{funding.id}")
    assert (escrow.user_id, escrow.state, escrow.received) == (session.streamer_id, "open", 0)
    assert escrow.accepts_until == funding.exp == in_seconds(600)
    assert Account.objects.get(pk=escrow.pk).balance == 0


def test_a_sale_opens_a_pair_of_its_session_and_is_to_end_at_exp(session):
    funding = make_funding(session, seconds=600)
    [pair] = session.show_goal_pairs.all()
    assert (pair.funding_goal, pair.show_goal) == (funding, None)
    assert_enqueued("deactivate_goal", at=in_seconds(600), goal_id=funding.id)
    assert not OutboxMessage.objects.filter(actor="activate_goal").exists()


def test_the_price_is_that_of_the_moment_of_opening(session):
    funding = make_funding(session)
    TicketProduct.objects.update(price=300)
    funding.refresh_from_db()
    assert funding.ticket_price == 200
    assert make_funding(session).ticket_price == 300


def test_a_sale_may_open_before_the_session_is_live(moving):
    assert make_funding(make_session(live=False)).active


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"session_id": ids.new_id()}, SessionNotFound),
        ({"streamer_id": ids.new_id()}, NotYourSession),
        ({"ticket_product_id": "another"}, UnknownTicketProduct),
        ({"ticket_product_type": "karaoke"}, UnknownTicketProduct),
    ],
)
def test_a_sale_that_does_not_fit_is_refused_and_leaves_nothing(session, changed, error):
    with pytest.raises(error):
        open_sale(session, **changed)
    assert_nothing_was_made()


@pytest.mark.parametrize("seconds", [0, -1])
def test_a_sale_that_would_be_over_already_is_refused(session, seconds):
    with pytest.raises(ExpiryInThePast):
        open_sale(session, exp=in_seconds(seconds))
    assert_nothing_was_made()


def test_a_sale_in_a_session_that_is_over_is_refused(session):
    ending.deactivate_session(session_id=session.id, now=clock.now())
    with pytest.raises(SessionNotActive):
        open_sale(session)
    assert_nothing_was_made()


def assert_nothing_was_made():
    assert not any(model.objects.exists() for model in (Goal, ShowGoalPair, Escrow))
    assert not EventRecord.objects.filter(name__startswith="goal.").exists()


@pytest.mark.parametrize("nbf", [None, -60, 0])
def test_a_show_without_nbf_or_with_one_that_is_past_is_started_at_once(session, nbf):
    show = quick_show(session, nbf=None if nbf is None else in_seconds(nbf))
    assert (show.state, show.started_at) == ("active", clock.now())
    assert show.nbf == (None if nbf is None else in_seconds(nbf))
    assert events_of_goal(show.id) == STARTED
    assert not OutboxMessage.objects.filter(actor="activate_goal").exists()


def test_a_show_with_a_future_nbf_is_scheduled(session):
    show = quick_show(session, nbf=in_seconds(60))
    assert (show.state, show.active, show.started_at) == ("scheduled", False, None)
    assert events_of_goal(show.id) == STARTED[:2]
    assert_enqueued("activate_goal", at=in_seconds(60), goal_id=show.id)
    assert last_event("goal.created", goal_id=show.id).active is False


def test_a_show_takes_its_place_beside_its_funding_goal(session):
    show = quick_show(session)
    [pair] = session.show_goal_pairs.all()
    assert (pair.funding_goal_id, pair.show_goal_id) == (show.funding_goal_id, show.id)
    assert Goal.objects.get(pk=show.funding_goal_id).show_goal_id == show.id
    assert sessions.show_goal_pair(pair) == {
        "funding_goal": show.funding_goal_id,
        "show_goal": show.id,
        "funding_ended": clock.to_epoch(clock.now()),
        "show_ended": None,
    }


def test_each_sale_of_a_session_has_a_pair_of_its_own(session):
    first, second = sold_out(session), make_funding(session)
    show = make_show(first)
    pairs = session.show_goal_pairs.values_list("funding_goal_id", "show_goal_id")
    assert set(pairs) == {(first.id, show.id), (second.id, None)}


def test_a_show_opens_the_sale_again_without_an_end(session):
    funding = sold_out(session)
    escrow = Escrow.objects.filter(pk=funding.escrow_id)
    assert escrow.get().accepts_until == clock.now()
    make_show(funding)
    assert escrow.get().accepts_until is None
    assert buy(funding, make_user(coins=200)).amount == 200
