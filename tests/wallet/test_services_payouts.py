"""Paying out: decided once, each earning once, through the chain of seed 002."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import call_command

from livestream import clock
from livestream.models import EventRecord, OutboxMessage
from tests.support.escrows import (
    HOUR,
    balances,
    coins_in,
    give_back,
    new_escrow,
    paid_escrow,
    pay_in,
    pay_out,
    post,
)
from tests.support.outbox import assert_enqueued, perform, run_due
from tests.support.people import make_user
from wallet.errors import EscrowNotEmpty
from wallet.models import Account, Earning, Escrow, Transfer
from wallet.selectors import balance_of
from wallet.services import payouts, posting, recovery
from wallet.verification import verify_ledger

pytestmark = pytest.mark.django_db

CHAIN = ["update_bi_escrow", "transfer_escrow", "transfer"]


def waiting(actor):
    return list(OutboxMessage.objects.filter(actor=actor))


def escrow_of_hours(moving, *amounts):
    """An escrow with one earning an hour."""
    escrow, payer = new_escrow(), make_user(coins=sum(amounts))
    for amount in amounts:
        pay_in(escrow, payer, amount)
        moving.advance(seconds=3600)
    return escrow


def test_each_earning_goes_through_the_chain_of_the_seed(moving):
    escrow, _ = paid_escrow([10, 20])
    assert pay_out(escrow)
    earning = Earning.objects.get()
    for actor in CHAIN:
        assert_enqueued(actor, earning_id=earning.id)
        [message] = waiting(actor)
        perform(message.id)
    moved = Transfer.objects.get(kind="payout")
    assert moved.transfer_id == f"escrow-{escrow.escrow_id}-{earning.id}-{escrow.user_id}"
    assert (moved.debit_id, moved.credit_id, moved.amount) == (escrow.escrow_id, escrow.user_id, 30)
    assert moved.tags == [f"escrow::{escrow.escrow_id}"]


def test_every_hour_is_paid_by_itself_and_the_escrow_completes_once(moving):
    escrow = escrow_of_hours(moving, 1, 2, 4)
    pay_out(escrow, nbf=moving.at - 5 * HOUR)
    run_due()
    names = ["escrow.completed.individual", "escrow.completed"]
    told = [(r.name, r.payload["amount"]) for r in EventRecord.objects.filter(name__in=names).order_by("position")]
    assert sorted(told[:3]) == [(names[0], amount) for amount in (1, 2, 4)]
    assert told[3:] == [(names[1], 7)]
    escrow.refresh_from_db()
    assert (escrow.state, escrow.settled_at, coins_in(escrow)) == ("completed", moving.at, 0)
    assert {(each.state, each.settled_at) for each in Earning.objects.all()} == {("settled", moving.at)}
    assert verify_ledger() == []


def test_what_was_not_counted_yet_is_paid_out_as_well(moving):
    escrow, payers = paid_escrow([10, 20])
    pay_out(escrow)
    run_due(sweeps=False)
    assert Transfer.objects.get(kind="payout").amount == 30
    assert balances(payers) == [0, 0]


def test_it_is_decided_once_and_a_given_back_escrow_is_not_paid_out(moving):
    escrow, _ = paid_escrow([10])
    assert [pay_out(escrow), pay_out(escrow), give_back(escrow)] == [True, False, False]
    back, payers = paid_escrow([10])
    assert [give_back(back), pay_out(back)] == [True, False]
    run_due()
    assert balances(payers) == [10]
    assert Transfer.objects.filter(kind="payout").count() == 1


def test_nobody_but_the_streamer_of_the_escrow_is_paid(moving):
    escrow, _ = paid_escrow([10])
    assert not pay_out(escrow, user_id=make_user().pk)
    escrow.refresh_from_db()
    assert escrow.state == "open"


def test_each_link_of_the_chain_can_be_done_again_to_no_effect(moving):
    escrow, _ = paid_escrow([10])
    pay_out(escrow)
    earning = Earning.objects.get()
    for _ in range(2):
        payouts.update_bi_escrow(earning_id=earning.id)
        payouts.transfer_escrow(earning_id=earning.id)
        payouts.pay_earning(earning_id=earning.id, now=moving.at)
    run_due()
    assert Transfer.objects.filter(kind="payout").count() == 1
    assert EventRecord.objects.filter(name="escrow.completed").count() == 1
    assert verify_ledger() == []


def test_an_earning_of_an_escrow_that_was_not_paid_out_stays_where_it_is(moving):
    escrow, payers = paid_escrow([10])
    give_back(escrow)
    payouts.pay_earning(earning_id=Earning.objects.get().id, now=moving.at)
    run_due()
    assert balances(payers) == [10]


def test_an_escrow_into_which_nobody_paid_completes_at_once(moving):
    escrow = new_escrow()
    pay_out(escrow)
    escrow.refresh_from_db()
    assert (escrow.state, escrow.settled_at) == ("completed", moving.at)
    assert EventRecord.objects.get(name="escrow.completed").payload["amount"] == 0


def test_tickets_sold_before_the_session_began_are_paid_too(moving):
    escrow = escrow_of_hours(moving, 1, 2)
    pay_out(escrow, nbf=moving.at, exp=moving.at)
    run_due()
    assert Transfer.objects.filter(kind="payout").count() == 2


@pytest.mark.parametrize("ago", [timedelta(0), timedelta(hours=3), timedelta(days=7)])
def test_no_coin_stays_behind_however_long_ago_the_session_ended(moving, ago):
    """A show may outlive its session, and a payout may run a week late."""
    escrow = escrow_of_hours(moving, 1, 2, 4, 8)
    pay_out(escrow, nbf=clock.now() - ago, exp=clock.now() - ago)
    run_due()
    escrow.refresh_from_db()
    assert (coins_in(escrow), escrow.settled_at is not None) == (0, True)
    assert sum(Transfer.objects.filter(kind="payout").values_list("amount", flat=True)) == 15
    assert verify_ledger() == []


def test_an_earning_of_an_hour_before_the_escrow_was_opened_is_paid(moving):
    """The clocks of two machines differ by seconds: around a full hour one of them is in the hour before."""
    moving.at = moving.at.replace(minute=0, second=2)
    escrow, payer = new_escrow(), make_user(coins=400)
    moving.at -= timedelta(seconds=4)
    pay_in(escrow, payer, 400)
    moving.advance(seconds=60)
    pay_out(escrow, nbf=moving.at, exp=moving.at)
    run_due()
    escrow.refresh_from_db()
    assert (balances([payer]), balance_of(user_id=escrow.user_id)) == ([0], 400)
    assert (coins_in(escrow), escrow.settled_at is not None, verify_ledger()) == (0, True, [])


@pytest.mark.parametrize("away", [timedelta(days=-400), timedelta(days=400)])
def test_no_hour_keeps_an_earning_from_being_paid(moving, away):
    escrow, _ = paid_escrow([10])
    post(escrow)
    Earning.objects.update(hour=posting.hour_of(moving.at + away))
    pay_out(escrow)
    run_due()
    assert (balance_of(user_id=escrow.user_id), coins_in(escrow), verify_ledger()) == (10, 0, [])


def test_the_window_of_the_seed_may_be_left_out(moving):
    escrow, _ = paid_escrow([10])
    assert payouts.escrow_out(escrow_id=escrow.escrow_id, user_id=escrow.user_id, now=moving.at)
    run_due()
    assert balance_of(user_id=escrow.user_id) == 10


def leave_an_earning(escrow):
    post(escrow)


def leave_a_credit(escrow):
    Earning.objects.filter(escrow=escrow).update(state="settled")
    Account.objects.filter(pk=escrow.pk).update(balance=0)


def leave_coins(escrow):
    post(escrow)
    Earning.objects.filter(escrow=escrow).update(state="settled")


@pytest.mark.parametrize("leave", [leave_an_earning, leave_a_credit, leave_coins])
def test_an_escrow_in_which_anything_is_left_never_completes(moving, leave):
    escrow, _ = paid_escrow([10])
    leave(escrow)
    with pytest.raises(EscrowNotEmpty, match=escrow.escrow_id):
        payouts.complete(escrow=Escrow.objects.get(), now=moving.at)
    escrow.refresh_from_db()
    assert escrow.settled_at is None
    assert not EventRecord.objects.filter(name="escrow.completed").exists()


def test_what_an_earlier_release_left_behind_is_found_and_paid(moving):
    """A payout of that release left out an earning, and called the escrow settled."""
    escrow, _ = paid_escrow([400])
    post(escrow)
    Escrow.objects.update(state="completed", decided_at=moving.at, settled_at=moving.at)
    moving.advance(seconds=120)
    assert [finding.check for finding in verify_ledger()] == [
        "a settled escrow is empty",
        "no earning of a settled escrow is pending",
    ]
    call_command("settle_escrows", apply=True)
    run_due()
    assert (balance_of(user_id=escrow.user_id), coins_in(escrow), verify_ledger()) == (400, 0, [])
    assert list(recovery.unfinished(before=clock.now())) == []
