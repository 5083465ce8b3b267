"""Fifty buy tickets of one goal while it is counted and settled: nobody pays twice or for nothing."""

from __future__ import annotations

import threading
from functools import partial

import pytest

from goals.endings import EndedBecause
from goals.models import Contribution
from goals.services import contributions, counting, lifecycle
from livestream import clock
from tests.support.escrows import balances, coins_in
from tests.support.outbox import pass_time, run_due
from tests.support.people import TICKET_PRICE, make_funding, make_session, make_show, make_user
from tests.support.threads import at_once, refusals
from wallet.models import Escrow, PendingCredit, Transfer
from wallet.selectors import balance_of
from wallet.services import payouts
from wallet.verification import verify_ledger

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

BUYERS = 50
COINS = 2 * TICKET_PRICE


@pytest.fixture
def moving():
    with clock.frozen() as moving:
        yield moving


class Crowd:
    """Buyers of one goal, and what each of them was answered under which key."""

    def __init__(self, goal):
        self.goal = goal
        self.viewers = [make_user(coins=COINS) for _ in range(BUYERS)]
        self.receipts = {}
        self.bought = threading.Semaphore(0)

    def buy(self, viewer):
        """Buy two tickets one after the other, and send each purchase twice."""
        for key in ("a", "a", "b", "b"):
            receipt = contributions.contribute(
                goal_id=self.goal.id, payer_id=viewer.pk, quantity=1, now=clock.now(), key=key
            )
            self.receipts.setdefault((viewer.pk, key), set()).add((receipt.transfer_id, receipt.progress))
            self.bought.release()

    def wait_for(self, purchases):
        for _ in range(purchases):
            assert self.bought.acquire(timeout=20)

    def count(self):
        for _ in range(10):
            counting.count_contributions(escrow_id=self.goal.escrow_id)

    def rush(self, settle):
        """Have all buy at once while one counts and, once it is busy, another settles."""

        def settle_in_the_middle():
            self.wait_for(BUYERS // 2)
            return settle()

        buying = [partial(self.buy, viewer) for viewer in self.viewers]
        outcomes = at_once(*buying, self.count, settle_in_the_middle)
        assert set(refusals(outcomes)) <= {"EscrowClosed"}
        assert not isinstance(outcomes[-1], Exception)
        return outcomes[-1]

    @property
    def accepted(self):
        return len(self.receipts)


def check_that_nobody_paid_twice(crowd):
    """One purchase a key, one receipt a purchase, one transfer a receipt."""
    assert all(len(answers) == 1 for answers in crowd.receipts.values())
    held = Transfer.objects.filter(kind="hold", credit_id=crowd.goal.escrow_id)
    given = {transfer_id for answers in crowd.receipts.values() for transfer_id, _ in answers}
    assert given == set(held.values_list("transfer_id", flat=True))
    assert given == set(Contribution.objects.values_list("transfer_id", flat=True))


def check_that_nothing_is_stranded(crowd, state):
    escrow = Escrow.objects.get(pk=crowd.goal.escrow_id)
    assert (escrow.state, escrow.settled_at is not None) == (state, True)
    assert (escrow.received, coins_in(escrow)) == (TICKET_PRICE * crowd.accepted, 0)
    assert not PendingCredit.objects.exists()
    assert verify_ledger() == []


def test_whoever_bought_before_the_sale_was_ended_unreached_is_refunded():
    crowd = Crowd(make_funding(make_session(), target=10**9))
    assert (
        crowd.rush(
            lambda: lifecycle.deactivate_goal(
                goal_id=crowd.goal.id, because=EndedBecause.SESSION_ENDED, now=clock.now()
            )
        )
        is True
    )
    run_due()
    check_that_nobody_paid_twice(crowd)
    check_that_nothing_is_stranded(crowd, "refunded")
    assert balances(crowd.viewers) == [COINS] * BUYERS
    crowd.goal.refresh_from_db()
    assert (crowd.goal.outcome, crowd.goal.progress) == ("refunded", TICKET_PRICE * crowd.accepted)


def test_whoever_bought_before_the_payout_was_decided_has_paid_the_streamer():
    crowd = Crowd(make_funding(make_session(), target=10**9))
    escrow = Escrow.objects.get(pk=crowd.goal.escrow_id)
    window = {"user_id": escrow.user_id, "nbf": escrow.opened_at, "exp": escrow.opened_at}
    assert crowd.rush(lambda: payouts.escrow_out(escrow_id=escrow.escrow_id, now=clock.now(), **window)) is True
    run_due()
    check_that_nobody_paid_twice(crowd)
    check_that_nothing_is_stranded(crowd, "completed")
    paid = TICKET_PRICE * crowd.accepted
    assert balance_of(user_id=escrow.user_id) == paid
    assert sum(balances(crowd.viewers)) == BUYERS * COINS - paid


def test_a_sale_that_the_crowd_itself_completes_counts_everybody(moving):
    funding = make_funding(make_session(), target=BUYERS * TICKET_PRICE)
    crowd = Crowd(funding)
    crowd.rush(lambda: None)
    run_due()
    check_that_nobody_paid_twice(crowd)
    funding.refresh_from_db()
    assert (funding.outcome, funding.progress) == ("completed", TICKET_PRICE * crowd.accepted)
    assert verify_ledger() == []

    moving.advance(seconds=1)
    show = make_show(funding)
    pass_time(moving, seconds=1800)  # which nobody performs
    show.refresh_from_db()
    assert show.outcome == "refunded"
    check_that_nothing_is_stranded(crowd, "refunded")
    assert balances(crowd.viewers) == [COINS] * BUYERS
