"""Payout, refund and late money at the same moment: one side wins, and no coin is left between."""

from __future__ import annotations

import random
from functools import partial

import pytest
from django.db import transaction

from livestream import clock
from livestream.models import EventRecord
from tests.support.escrows import (
    balances,
    coins_in,
    give_back,
    give_back_chunk,
    new_escrow,
    paid_escrow,
    pay_in,
    pay_out,
    post,
)
from tests.support.outbox import run_due
from tests.support.people import make_user
from tests.support.threads import Turnstile, at_once, in_thread, refusals
from wallet.errors import EscrowClosed
from wallet.models import Earning, PendingCredit, Transfer
from wallet.selectors import balance_of
from wallet.services import payouts
from wallet.verification import verify_ledger

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

ROUNDS = 12


def counting(escrow):
    with transaction.atomic():
        return post(escrow).amount


def shuffled(acts):
    random.shuffle(acts)
    return acts


def test_exactly_one_side_wins_and_late_money_is_in_it_or_refused():
    for _ in range(ROUNDS):
        escrow, early = paid_escrow([5, 7])
        late = [make_user(coins=10) for _ in range(6)]
        decisions = [partial(settle, escrow) for settle in (pay_out, give_back, pay_out, give_back)]
        payments = [partial(pay_in, escrow, payer, 10) for payer in late]
        outcomes = at_once(*shuffled([*decisions, *payments, partial(counting, escrow)]))

        check_the_end(escrow, early, late, outcomes)
    run_due()
    assert verify_ledger() == []


def check_the_end(escrow, early, late, outcomes):
    """One decision did it; then everybody is settled the way it said."""
    assert set(refusals(outcomes)) <= {"EscrowClosed"}
    assert [outcome is True for outcome in outcomes].count(True) == 1
    run_due()
    escrow.refresh_from_db()
    accepted = sum(isinstance(outcome, tuple) for outcome in outcomes)
    assert escrow.received == 12 + 10 * accepted
    assert (escrow.settled_at is not None, coins_in(escrow)) == (True, 0)
    assert not PendingCredit.objects.filter(account_id=escrow.escrow_id).exists()
    if escrow.state == "refunded":
        assert balances([*early, *late]) == [5, 7] + [10] * 6
    else:
        assert balance_of(user_id=escrow.user_id) == escrow.received
        assert sum(balances(late)) == 60 - 10 * accepted
    assert not Earning.objects.filter(escrow=escrow, state="pending").exists()


@pytest.mark.parametrize("settle", [pay_out, give_back])
def test_settling_waits_for_a_payment_in_flight_and_takes_it_along(settle):
    escrow, payer, turnstile = new_escrow(), make_user(coins=10), Turnstile()

    def pay_slowly():
        with transaction.atomic():
            pay_in(escrow, payer, 10)
            turnstile.stop()

    paying = in_thread(pay_slowly)
    turnstile.wait_until_reached()
    settling = in_thread(partial(settle, escrow))
    settling.wait_until_stuck()
    turnstile.let_on()
    paying()
    assert settling() is True
    run_due()
    assert balances([payer]) == [10 if settle is give_back else 0]
    assert not PendingCredit.objects.exists()
    assert verify_ledger() == []


@pytest.mark.parametrize("settle", [pay_out, give_back])
def test_a_payment_that_meets_settling_waits_for_it_and_is_refused(settle):
    escrow, payer, turnstile = new_escrow(), make_user(coins=10), Turnstile()

    def settle_slowly():
        with transaction.atomic():
            settle(escrow)
            turnstile.stop()

    settling = in_thread(settle_slowly)
    turnstile.wait_until_reached()
    paying = in_thread(partial(pay_in, escrow, payer, 10))
    paying.wait_until_stuck()
    turnstile.let_on()
    settling()
    with pytest.raises(EscrowClosed):
        paying()
    assert balances([payer]) == [10]


def test_counting_makes_no_payment_wait():
    """The escrow's row is written a few times a second; whoever pays does not touch it."""
    escrow, turnstile = paid_escrow([5])[0], Turnstile()

    def count_slowly():
        with transaction.atomic():
            post(escrow)
            turnstile.stop()

    counting_slowly = in_thread(count_slowly)
    turnstile.wait_until_reached()
    paying = in_thread(partial(pay_in, escrow, make_user(coins=10), 10))
    paying()
    turnstile.let_on()
    counting_slowly()
    assert counting(escrow) == 10
    assert verify_ledger() == []


def test_a_chain_that_is_delivered_by_many_pays_each_earning_once(moving):
    escrow, payer = new_escrow(), make_user(coins=70)
    for amount in (10, 20, 40):
        pay_in(escrow, payer, amount)
        moving.advance(seconds=3600)
    pay_out(escrow, nbf=escrow.opened_at)
    earnings = list(Earning.objects.values_list("id", flat=True))
    pay = [partial(payouts.pay_earning, earning_id=each, now=clock.now()) for each in earnings] * 3
    assert at_once(*shuffled(pay)) == [None] * 9
    assert balance_of(user_id=escrow.user_id) == 70
    assert Transfer.objects.filter(kind="payout").count() == 3
    assert EventRecord.objects.filter(name="escrow.completed").count() == 1
    run_due()
    assert verify_ledger() == []


@pytest.fixture
def moving():
    with clock.frozen() as moving:
        yield moving


def test_a_refund_worked_off_by_many_in_small_chunks_pays_everybody_once():
    amounts = list(range(1, 24))
    escrow, payers = paid_escrow(amounts)
    give_back(escrow)

    def work_off():
        return sum(iter(partial(give_back_chunk, escrow, 3), 0))

    done = at_once(*[work_off] * 4)
    assert sum(done) == len(amounts)
    assert balances(payers) == amounts
    assert Transfer.objects.filter(kind="refund").count() == len(amounts)
    finals = [record.payload["final"] for record in EventRecord.objects.filter(name="escrow.refunded")]
    assert finals.count(True) == 1
    assert verify_ledger() == []


def test_refunds_to_payers_who_spend_and_are_paid_at_the_same_moment(moving):
    """Everybody is locked in one order, so nobody waits in a circle."""
    payers = [make_user(coins=100) for _ in range(6)]
    first, second = new_escrow(), new_escrow(streamer=payers[0])
    for escrow in (first, second):
        for payer in payers:
            pay_in(escrow, payer, 10)
    elsewhere = new_escrow()
    give_back(first), pay_out(second, nbf=second.opened_at)
    [earning] = Earning.objects.filter(escrow=second)
    spending = [partial(pay_in, elsewhere, payer, 5) for payer in payers]
    paying = partial(payouts.pay_earning, earning_id=earning.id, now=clock.now())
    outcomes = at_once(*shuffled([partial(give_back_chunk, first, 2)] * 4 + [paying] + spending))
    assert refusals(outcomes) == []
    run_due()
    assert balances(payers) == [145] + [85] * 5
    assert verify_ledger() == []
