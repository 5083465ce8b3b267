"""Buying tickets: what they cost, when they are sold, and once for each key (spec section 6)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from goals.endings import EndedBecause
from goals.errors import GoalNotFound, NotForSale, OwnGoal
from goals.models import Contribution, Goal, TicketProduct
from goals.services import counting, lifecycle, performance
from livestream import clock, ids
from livestream.idempotency import KeyReused
from tests.goals.stories import count, quick_show, sold_out
from tests.support.matrix import last_event
from tests.support.people import give_coins, make_funding, make_session, make_show, make_user
from tests.support.shows import buy
from tests.support.stage import PATIENCE, go_on_stage
from wallet.errors import EscrowClosed, InsufficientBalance
from wallet.models import PendingCredit, Transfer
from wallet.selectors import balance_of
from wallet.verification import verify_ledger

pytestmark = pytest.mark.django_db


@pytest.fixture
def funding(session):
    return make_funding(session, target=4000, seconds=100)


def refused(error, goal, payer, quantity=1, key=None):
    """Assert that the purchase is refused with this error, and that nothing moved."""
    before = balance_of(user_id=payer.pk), Transfer.objects.count(), Contribution.objects.count()
    with pytest.raises(error):
        buy(goal, payer, quantity, key)
    assert before == (balance_of(user_id=payer.pk), Transfer.objects.count(), Contribution.objects.count())
    assert verify_ledger() == []


@pytest.mark.parametrize("quantity", [1, 5])
def test_tickets_cost_the_price_of_their_product(funding, viewer, quantity):
    receipt = buy(funding, viewer, quantity)
    assert (receipt.amount, receipt.progress, receipt.repeated) == (200 * quantity, 200 * quantity, False)
    assert (receipt.payer_id, receipt.quantity, receipt.created_at) == (viewer.pk, quantity, clock.now())
    assert balance_of(user_id=viewer.pk) == 1000 - 200 * quantity
    transfer = Transfer.objects.get(pk=receipt.transfer_id)
    assert (transfer.debit_id, transfer.credit_id, transfer.kind) == (viewer.pk, funding.escrow_id, "hold")
    assert transfer.tags == ["ticket::livestream-show-ticket_200"]
    bought = Contribution.objects.get()
    assert (bought.transfer, bought.goal, bought.payer) == (transfer, funding, viewer)
    assert (bought.quantity, bought.amount) == (quantity, 200 * quantity)


def test_the_price_stays_that_of_the_sale_s_opening(funding, viewer):
    TicketProduct.objects.update(price=999)
    assert buy(funding, viewer).amount == 200


def test_the_receipt_s_progress_has_what_was_counted_and_all_that_its_buyer_bought(funding, viewer):
    assert buy(funding, viewer).progress == 200
    count(funding)
    assert [buy(funding, viewer, 2).progress, buy(funding, viewer).progress] == [600, 800]
    other = make_user(coins=400)
    assert buy(funding, other).progress == 400  # what others have waiting is no business of this purchase
    count(funding)
    assert buy(funding, other).progress == 1200


def test_the_same_key_again_is_answered_with_the_first_receipt(funding, viewer):
    first = buy(funding, viewer, 2, key="a")
    buy(funding, viewer, key="b")
    count(funding)
    again = buy(funding, viewer, 2, key="a")
    assert again.repeated
    assert again.created_at == first.created_at
    assert (again.transfer_id, again.amount, again.progress) == (first.transfer_id, 400, 400)
    assert balance_of(user_id=viewer.pk) == 400


def test_the_same_key_is_answered_also_when_the_sale_is_over_and_the_coins_are_gone(funding, viewer, moving):
    first = buy(funding, viewer, 5, key="a")
    moving.advance(seconds=100)
    lifecycle.deactivate_goal(goal_id=funding.id, because=EndedBecause.SESSION_ENDED, now=clock.now())
    assert buy(funding, viewer, 5, key="a").transfer_id == first.transfer_id


def test_a_key_for_another_purchase_is_refused(funding, viewer):
    buy(funding, viewer, key="a")
    refused(KeyReused, funding, viewer, 2, key="a")


def test_a_key_belongs_to_its_user_and_its_goal(funding, viewer):
    other_viewer, other_goal = make_user(coins=1000), make_funding(make_session())
    bought = [buy(funding, viewer, key="a"), buy(funding, other_viewer, key="a"), buy(other_goal, viewer, key="a")]
    assert [each.repeated for each in bought] == [False] * 3


def test_without_a_key_each_purchase_is_one_of_its_own(funding, viewer):
    assert buy(funding, viewer).transfer_id != buy(funding, viewer).transfer_id
    assert balance_of(user_id=viewer.pk) == 600


def test_a_key_that_was_refused_can_be_used_again(funding):
    poor = make_user(coins=100)
    refused(InsufficientBalance, funding, poor, key="a")
    give_coins(poor, 100)
    assert not buy(funding, poor, key="a").repeated
    assert balance_of(user_id=poor.pk) == 0


@pytest.mark.parametrize("coins", [0, 199])
def test_who_has_too_few_coins_buys_nothing(funding, coins):
    refused(InsufficientBalance, funding, make_user(coins=coins))


def test_no_quantity_is_too_large_to_be_refused(funding, viewer):
    refused(InsufficientBalance, funding, viewer, quantity=10_000)


def test_a_streamer_does_not_buy_their_own_tickets(funding, session):
    give_coins(session.streamer, 1000)
    refused(OwnGoal, funding, session.streamer)


def test_only_a_sale_sells_tickets(session, viewer):
    refused(NotForSale, quick_show(session), viewer)


def test_an_unknown_goal_sells_nothing(viewer):
    refused(GoalNotFound, Goal(id=ids.new_id()), viewer)


@pytest.mark.parametrize("ended", [True, False])
def test_the_sale_is_closed_at_exp_though_the_task_be_late(funding, viewer, moving, ended):
    moving.advance(seconds=99.9)
    assert buy(funding, viewer).amount == 200
    moving.advance(seconds=0.1)
    if ended:
        lifecycle.deactivate_goal(goal_id=funding.id, because=EndedBecause.EXPIRED, now=clock.now())
    refused(EscrowClosed, funding, viewer)


def test_between_the_end_of_a_sale_and_its_show_nothing_is_sold(session, viewer):
    refused(EscrowClosed, sold_out(session), viewer)


@pytest.mark.parametrize("nbf", [None, 60])
def test_late_tickets_are_sold_while_the_show_is_scheduled_and_while_it_runs(session, viewer, moving, nbf):
    funding = sold_out(session)
    show = make_show(funding, nbf=nbf and clock.now() + timedelta(seconds=nbf), target=60)
    assert buy(funding, viewer).progress == 600
    moving.advance(seconds=nbf or 0)
    lifecycle.activate_goal(goal_id=show.id, now=clock.now())
    go_on_stage(show)
    assert buy(funding, viewer).progress == 800
    moving.advance(seconds=60 + PATIENCE)
    performance.complete_performance(goal_id=show.id, now=clock.now())
    assert Goal.objects.get(pk=show.id).outcome == "completed"
    refused(EscrowClosed, funding, viewer)


def test_counting_takes_many_purchases_in_one_step(funding, viewer):
    for quantity in (1, 2):
        buy(funding, viewer, quantity)
    buy(funding, make_user(coins=1000))
    assert counting.count_contributions(escrow_id=funding.escrow_id) == 800
    funding.refresh_from_db()
    assert funding.progress == 800
    assert not PendingCredit.objects.exists()


def test_counting_again_adds_nothing(funding, viewer):
    buy(funding, viewer)
    counted = [counting.count_contributions(escrow_id=funding.escrow_id) for _ in range(2)]
    assert counted == [200, 0]


def test_counting_tells_who_paid(funding, viewer):
    buy(funding, viewer, 2)
    count(funding)
    event = last_event("goal.progressed", goal_id=funding.id)
    assert (event.amount, event.breakdown_id, event.payers) == (400, viewer.pk, {viewer.pk: 400})
    other = make_user(coins=1000)
    for buyer in (viewer, other):
        buy(funding, buyer)
    count(funding)
    event = last_event("goal.progressed", goal_id=funding.id)
    assert (event.amount, event.breakdown_id, event.payers) == (400, None, {viewer.pk: 200, other.pk: 200})


def test_counting_in_batches_counts_everything_once(funding, monkeypatch):
    monkeypatch.setattr("wallet.services.posting.post_pending.__kwdefaults__", {"limit": 2})
    for _ in range(5):
        buy(funding, make_user(coins=200))
    assert counting.count_contributions(escrow_id=funding.escrow_id) == 400
    assert count(funding).progress == 1000
    assert verify_ledger() == []
