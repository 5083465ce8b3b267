"""A buyer gives a ticket back, as long as the sale is open and not reached: once, and whole."""

from __future__ import annotations

import pytest

from goals import selectors
from goals.errors import ContributionNotFound, GoalNotActive, NotYourContribution, SaleReached
from goals.models import Goal
from goals.services import counting, giving_back, sales
from livestream import clock, users
from livestream.models import EventRecord
from tests.goals.stories import count
from tests.support.matrix import events_of_goal, last_event
from tests.support.outbox import pass_time, run_due
from tests.support.people import make_funding, make_session, make_show, make_user
from tests.support.shows import buy
from tests.support.stage import go_on_stage
from wallet.models import EarlyRefund, Escrow, Transfer
from wallet.selectors import balance_of
from wallet.verification import verify_ledger

pytestmark = pytest.mark.django_db


@pytest.fixture
def funding(session):
    return make_funding(session, target=600, seconds=100)


def give_back(receipt, *, goal=None, by=None):
    giving_back.give_back(
        goal_id=goal.id if goal else receipt.goal_id,
        transfer_id=receipt.transfer_id,
        caller_id=by.pk if by else receipt.payer_id,
        now=clock.now(),
    )


def refused(error, receipt, **changed):
    before = Transfer.objects.count(), EventRecord.objects.count(), EarlyRefund.objects.count()
    with pytest.raises(error):
        give_back(receipt, **changed)
    assert before == (Transfer.objects.count(), EventRecord.objects.count(), EarlyRefund.objects.count())
    assert verify_ledger() == []


@pytest.mark.parametrize("counted", [True, False])
def test_the_buyer_has_their_coins_again_and_the_others_keep_their_tickets(funding, viewer, counted):
    other = make_user(coins=1000)
    receipt = buy(funding, viewer)
    buy(funding, other)
    if counted:
        count(funding)
    give_back(receipt)
    funding.refresh_from_db()
    assert (funding.progress, funding.level, funding.active) == (200, 0, True)
    assert (balance_of(user_id=viewer.pk), balance_of(user_id=other.pk)) == (1000, 800)
    assert selectors.ticket_holders(goal_id=funding.id) == [other.pk]
    escrow = Escrow.objects.get(pk=funding.escrow_id)
    assert (escrow.state, escrow.received, escrow.refunded_early) == ("open", 400, 200)
    assert EarlyRefund.objects.get().reason == "withdrawn"
    assert verify_ledger() == []


def test_everybody_hears_that_the_progress_fell(funding, viewer):
    receipt = buy(funding, viewer)
    count(funding)
    give_back(receipt)
    event = last_event("goal.progressed", goal_id=funding.id)
    assert (event.amount, event.progress, event.payers) == (-200, 0, {viewer.pk: -200})
    assert last_event("escrow.refunded", escrow_id=funding.escrow_id).early


def test_one_of_two_purchases_is_given_back(funding, viewer):
    buy(funding, viewer)
    give_back(buy(funding, viewer, 1))
    assert (balance_of(user_id=viewer.pk), count(funding).progress) == (800, 200)
    assert selectors.ticket_holders(goal_id=funding.id) == [viewer.pk]


def test_giving_back_again_moves_nothing(funding, viewer):
    receipt = buy(funding, viewer)
    give_back(receipt)
    events = events_of_goal(funding.id)
    give_back(receipt)
    pass_time_and_miss(funding)
    give_back(receipt)  # not even when the sale is over
    assert balance_of(user_id=viewer.pk) == 1000
    assert events_of_goal(funding.id)[: len(events)] == events
    assert verify_ledger() == []


def pass_time_and_miss(funding):
    sales.cancel_goal(goal_id=funding.id, caller_id=funding.streamer_id, triggerer=None, now=clock.now())
    run_due()


def test_a_ticket_that_was_given_back_is_not_refunded_again_with_the_sale(funding, viewer, moving):
    other = make_user(coins=1000)
    give_back(buy(funding, viewer))
    buy(funding, other)
    pass_time(moving, seconds=100)
    assert (balance_of(user_id=viewer.pk), balance_of(user_id=other.pk)) == (1000, 1000)
    assert verify_ledger() == []


def test_a_ticket_that_was_given_back_is_not_paid_out(session, viewer, moving):
    funding, other = make_funding(session, target=400), make_user(coins=1000)
    give_back(buy(funding, viewer))
    buy(funding, other, 2)
    show = make_show(count(funding), target=60)
    go_on_stage(show)
    pass_time(moving, seconds=90)
    assert balance_of(user_id=session.streamer_id) == 400
    assert (balance_of(user_id=viewer.pk), balance_of(user_id=other.pk)) == (1000, 600)
    assert verify_ledger() == []


def test_the_target_is_reached_by_what_is_held(funding, viewer, moving):
    give_back(buy(funding, viewer, 2))
    buy(funding, make_user(coins=1000), 2)
    assert (count(funding).progress, funding.level, funding.active) == (400, 0, True)
    buy(funding, make_user(coins=1000))
    assert (count(funding).progress, funding.level, funding.active) == (600, 1, False)


def test_a_level_once_reached_stays_reached(session, viewer, moving):
    funding = make_funding(session, target=600)
    Goal.objects.filter(pk=funding.pk).update(levels=[{"title": "A", "target": 200}, {"title": "B", "target": 600}])
    receipt = buy(funding, viewer)
    assert count(funding).level == 1
    give_back(receipt)
    funding.refresh_from_db()
    assert (funding.level, funding.progress, funding.active) == (1, 0, True)
    buy(funding, viewer)
    assert count(funding).level == 1
    assert events_of_goal(funding.id).count("goal.completed") == 1


@pytest.mark.parametrize("counted", [True, False])
def test_a_ticket_of_a_reached_sale_is_final(funding, viewer, counted):
    receipt = buy(funding, viewer, 3)
    if counted:
        count(funding)
    refused(SaleReached, receipt)


def test_a_ticket_of_a_sale_that_is_over_is_refunded_by_its_end(funding, viewer, moving):
    receipt = buy(funding, viewer)
    moving.advance(seconds=100)  # its task is late
    refused(GoalNotActive, receipt)
    run_due()
    refused(GoalNotActive, receipt)
    assert balance_of(user_id=viewer.pk) == 1000


def test_nobody_gives_back_what_others_bought(funding, viewer):
    receipt = buy(funding, viewer)
    refused(NotYourContribution, receipt, by=make_user())
    refused(NotYourContribution, receipt, by=funding.streamer)


def test_a_purchase_belongs_to_its_goal(funding, viewer):
    refused(ContributionNotFound, buy(funding, viewer), goal=make_funding(make_session()))


def test_who_is_blocked_by_now_may_give_back(funding, viewer):
    receipt = buy(funding, viewer)
    users.add_tag(user_id=viewer.pk, tag=users.blocked_by_tag(streamer_id=funding.streamer_id), now=clock.now())
    give_back(receipt)
    assert balance_of(user_id=viewer.pk) == 1000


def test_a_refund_and_a_purchase_of_the_same_amount_are_both_counted(funding, viewer):
    """Together they leave the progress as it was; what waits behind them is counted all the same."""
    receipt = buy(funding, viewer)
    count(funding)
    give_back(receipt)
    for _ in range(2):
        buy(funding, make_user(coins=200))
    counting.count_all_contributions(escrow_id=funding.escrow_id)
    funding.refresh_from_db()
    assert funding.progress == 400
