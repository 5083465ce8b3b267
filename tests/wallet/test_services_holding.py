"""Paying into an escrow: while it is open and in time, what one has, and once for each id."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction

from tests.support.escrows import balances, coins_in, give_back, new_escrow, paid_by, paid_escrow, pay_in, pay_out, post
from tests.support.people import make_user
from wallet.errors import EscrowClosed, InsufficientBalance, TransferConflict
from wallet.models import PendingCredit, Transfer
from wallet.selectors import breakdown_of, payers_of, pending_credit
from wallet.services import escrows, holding
from wallet.verification import verify_ledger

pytestmark = pytest.mark.django_db


def refused(error, act):
    before = (Transfer.objects.count(), PendingCredit.objects.count())
    with pytest.raises(error), transaction.atomic():
        act()
    assert (Transfer.objects.count(), PendingCredit.objects.count()) == before


def test_coins_leave_the_payer_at_once_and_wait_to_be_counted(moving):
    escrow, payer = new_escrow(), make_user(coins=100)
    held, is_new = pay_in(escrow, payer, 30)
    assert (is_new, held.kind, held.amount, held.created_at) == (True, "hold", 30, moving.at)
    assert (balances([payer]), coins_in(escrow), pending_credit(escrow_id=escrow.escrow_id)) == ([70], 0, 30)
    assert verify_ledger() == []


def test_a_repeat_pays_nothing_more_also_after_counting_spending_and_the_end(moving):
    escrow, payer = new_escrow(), make_user(coins=30)
    first = pay_in(escrow, payer, 30, transfer_id="t")
    for happens in (lambda: None, lambda: post(escrow), lambda: pay_out(escrow)):
        happens()
        assert pay_in(escrow, payer, 30, transfer_id="t") == (first[0], False)
    assert balances([payer]) == [0]


def test_the_same_id_for_something_else_is_refused(moving):
    escrow, payer, other = new_escrow(), make_user(coins=100), make_user(coins=100)
    pay_in(escrow, payer, 30, transfer_id="t")
    for into, who, amount in [(escrow, payer, 31), (escrow, other, 30), (new_escrow(), payer, 30)]:
        refused(TransferConflict, lambda a=into, b=who, c=amount: pay_in(a, b, c, transfer_id="t"))
    assert balances([payer, other]) == [70, 100]


def test_nobody_pays_more_than_they_have(moving):
    escrow, payer = new_escrow(), make_user(coins=30)
    refused(InsufficientBalance, lambda: pay_in(escrow, payer, 31))
    refused(InsufficientBalance, lambda: pay_in(escrow, make_user(), 1))
    pay_in(escrow, payer, 30)
    assert balances([payer]) == [0]


@pytest.mark.parametrize("settle", [pay_out, give_back])
def test_a_decided_escrow_takes_no_more(moving, settle):
    escrow, payer = new_escrow(), make_user(coins=30)
    settle(escrow)
    refused(EscrowClosed, lambda: pay_in(escrow, payer, 1))
    assert balances([payer]) == [30]


def test_money_is_taken_until_the_moment_it_is_too_late_and_again_once_allowed(moving):
    escrow, payer = new_escrow(accepts_until=moving.at), make_user(coins=30)
    refused(EscrowClosed, lambda: pay_in(escrow, payer, 1))
    moving.advance(seconds=-1e-6)
    pay_in(escrow, payer, 1)
    moving.advance(seconds=100)
    refused(EscrowClosed, lambda: pay_in(escrow, payer, 1))
    escrows.set_accepts_until(escrow_id=escrow.escrow_id, until=None)
    pay_in(escrow, payer, 1)
    assert balances([payer]) == [28]


def test_a_decided_escrow_cannot_be_opened_for_money_again(moving):
    escrow, payer = new_escrow(), make_user(coins=30)
    give_back(escrow)
    escrows.set_accepts_until(escrow_id=escrow.escrow_id, until=None)
    escrows.open_escrow(escrow_id=escrow.escrow_id, user_id=escrow.user_id, now=moving.at)
    refused(EscrowClosed, lambda: pay_in(escrow, payer, 1))


def test_what_is_no_escrow_takes_no_money(moving):
    payer, other = make_user(coins=30), make_user(coins=30)
    for place in (other.pk, "nowhere", "system:deposits"):
        wanted = {"transfer_id": "t", "payer_id": payer.pk, "escrow_id": place, "amount": 1, "now": moving.at}
        refused(EscrowClosed, lambda wanted=wanted: holding.hold(**wanted))
    assert balances([payer, other]) == [30, 30]


@pytest.mark.parametrize("amount", [0, -1, 2**63, -(2**63) - 1])
def test_no_amount_below_one_or_over_64_bits_is_ever_held(moving, amount):
    escrow, payer = new_escrow(), make_user(coins=30)
    refused((DatabaseError, OverflowError, InsufficientBalance), lambda: pay_in(escrow, payer, amount))
    assert balances([payer]) == [30]
    assert verify_ledger() == []


def test_who_paid_how_much_is_known_before_it_is_counted(moving):
    escrow, (first, second) = paid_escrow([5, 20])
    pay_in(escrow, make_user(coins=0) and make_user(coins=7), 7)
    assert paid_by(escrow_id=escrow.escrow_id, user_id=first.pk) == 5
    assert paid_by(escrow_id=escrow.escrow_id, user_id=escrow.user_id) == 0
    assert breakdown_of(escrow_id=escrow.escrow_id, limit=1) == {second.pk: 20}
    everybody = payers_of(escrow_id=escrow.escrow_id)
    assert everybody == sorted(everybody)
    assert payers_of(escrow_id=escrow.escrow_id, after=everybody[0], limit=1) == [everybody[1]]
