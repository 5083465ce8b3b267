"""One transfer id from many at once: it moves coins once, whoever comes first."""

from __future__ import annotations

from functools import partial

import pytest

from livestream import clock, ids
from tests.support.escrows import balances, new_escrow, pay_in
from tests.support.people import make_user
from tests.support.threads import at_once, refusals
from wallet.services import accounts, transfers
from wallet.verification import verify_ledger

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

ROUNDS = 6


def deposit(user, amount, transfer_id):
    return transfers.deposit(user_id=user.pk, amount=amount, transfer_id=transfer_id, now=clock.now())[1]


def test_the_same_deposit_from_many_is_credited_once_also_to_a_new_account():
    for _ in range(ROUNDS):
        user = make_user()
        done = at_once(*[partial(deposit, user, 10, ids.new_id())] * 8)
        assert sorted(done) == [False] * 7 + [True]
        assert balances([user]) == [10]
    assert verify_ledger() == []


def test_one_id_for_different_users_goes_to_one_of_them():
    for _ in range(ROUNDS):
        users, transfer_id = [make_user() for _ in range(6)], ids.new_id()
        outcomes = at_once(*[partial(deposit, user, 10, transfer_id) for user in users])
        assert refusals(outcomes) == ["TransferConflict"] * 5
        assert sorted(balances(users)) == [0] * 5 + [10]
    assert verify_ledger() == []


def test_the_same_payment_into_an_escrow_from_many_is_taken_once():
    for _ in range(ROUNDS):
        escrow, payer, transfer_id = new_escrow(), make_user(coins=25), ids.new_id()
        outcomes = at_once(*[partial(pay_in, escrow, payer, 10, transfer_id=transfer_id)] * 8)
        assert sorted(is_new for _, is_new in outcomes) == [False] * 7 + [True]
        assert balances([payer]) == [15]
    assert verify_ledger() == []


def test_one_id_for_payments_into_different_escrows_pays_one_of_them():
    for _ in range(ROUNDS):
        payer, transfer_id = make_user(coins=25), ids.new_id()
        outcomes = at_once(*[partial(pay_in, new_escrow(), payer, 10, transfer_id=transfer_id) for _ in range(4)])
        assert refusals(outcomes) == ["TransferConflict"] * 3
        assert balances([payer]) == [15]
    assert verify_ledger() == []


def test_who_pays_many_at_once_never_pays_more_than_they_have():
    for _ in range(ROUNDS):
        payer = make_user(coins=35)
        outcomes = at_once(*[partial(pay_in, new_escrow(), payer, 10) for _ in range(8)])
        assert refusals(outcomes) == ["InsufficientBalance"] * 5
        assert balances([payer]) == [5]
    assert verify_ledger() == []


def test_coins_that_go_back_and_forth_meet_in_no_deadlock():
    one, two = make_user(coins=100), make_user(coins=100)

    def move(debit, credit):
        for _ in range(10):
            named = {"transfer_id": ids.new_id(), "debit_id": debit.pk, "credit_id": credit.pk}
            transfers.transfer(**named, amount=3, kind="payout", now=clock.now())

    assert at_once(partial(move, one, two), partial(move, two, one)) == [None, None]
    assert balances([one, two]) == [100, 100]
    assert verify_ledger() == []


def test_an_account_that_many_need_for_the_first_time_is_made_once():
    user = make_user()
    make = partial(accounts.ensure_user_account, user_id=user.pk, now=clock.now())
    assert at_once(*[make] * 8) == [None] * 8
    assert balances([user]) == [0]
