"""Moving coins: once for each id, never below zero, never beyond 64 bits."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from livestream import ids
from tests.support.escrows import balances
from tests.support.outbox import run_due
from tests.support.people import make_user
from tests.support.rounds import rounds
from tests.wallet.conftest import NOW
from wallet import transfer_ids
from wallet.errors import AmountTooLarge, InsufficientBalance, TransferConflict, UnknownUser
from wallet.models import Account, PendingDebit, Transfer
from wallet.services import posting, transfers
from wallet.verification import verify_ledger

pytestmark = pytest.mark.django_db

LARGEST = 2**63 - 1


def move(debit, credit, amount, *, transfer_id=None, kind="payout"):
    return transfers.transfer(
        transfer_id=transfer_id or ids.new_id(),
        debit_id=debit if isinstance(debit, str) else debit.pk,
        credit_id=credit if isinstance(credit, str) else credit.pk,
        amount=amount,
        kind=kind,
        now=NOW,
    )


def deposit(user, amount, transfer_id=None):
    return transfers.deposit(user_id=user.pk, amount=amount, transfer_id=transfer_id or ids.new_id(), now=NOW)


def refused(error, act):
    before = list(Account.objects.order_by("pk").values_list("pk", "balance"))
    with pytest.raises(error), transaction.atomic():
        act()
    assert list(Account.objects.order_by("pk").values_list("pk", "balance")) == before


def test_a_transfer_takes_from_one_and_gives_to_the_other():
    payer, payee = make_user(coins=100), make_user(coins=1)
    made, is_new = move(payer, payee, 30)
    assert is_new
    assert (made.amount, made.created_at) == (30, NOW)
    assert balances([payer, payee]) == [70, 31]
    assert verify_ledger() == []


def test_the_same_id_with_the_same_content_is_the_first_transfer_again():
    payer, payee = make_user(coins=100), make_user(coins=1)
    first, _ = move(payer, payee, 30, transfer_id="t")
    again, is_new = move(payer, payee, 30, transfer_id="t")
    assert (again, is_new) == (first, False)
    assert balances([payer, payee]) == [70, 31]


def test_a_repeat_is_answered_also_where_the_coins_are_spent_by_now():
    payer, payee = make_user(coins=30), make_user(coins=1)
    first, _ = move(payer, payee, 30, transfer_id="t")
    assert move(payer, payee, 30, transfer_id="t") == (first, False)


def test_the_same_id_with_other_content_is_refused_and_moves_nothing():
    payer, payee, other = (make_user(coins=100) for _ in range(3))
    move(payer, payee, 30, transfer_id="t")
    for changed in [(payer, payee, 31), (payer, other, 30), (other, payee, 30), (payee, payer, 30)]:
        refused(TransferConflict, lambda changed=changed: move(*changed, transfer_id="t"))
    refused(TransferConflict, lambda: move(payer, payee, 30, transfer_id="t", kind="refund"))
    refused(TransferConflict, lambda: deposit(payer, 30, "t"))


def test_nobody_pays_more_than_they_have():
    payer, payee = make_user(coins=30), make_user(coins=1)
    refused(InsufficientBalance, lambda: move(payer, payee, 31))
    move(payer, payee, 30)
    assert balances([payer]) == [0]


@pytest.mark.parametrize(("debit", "credit"), [("nobody", None), (None, "nobody"), ("nobody", "nothing")])
def test_an_account_that_does_not_exist_neither_pays_nor_is_paid(debit, credit):
    user = make_user(coins=30)
    refused(InsufficientBalance, lambda: move(debit or user, credit or user, 1))


@pytest.mark.parametrize("amount", [0, -1, -LARGEST])
def test_an_amount_below_one_is_refused_by_the_database_itself(amount):
    payer, payee = make_user(coins=30), make_user(coins=1)
    refused(IntegrityError, lambda: move(payer, payee, amount))


def test_nobody_pays_themselves():
    payer = make_user(coins=30)
    refused(IntegrityError, lambda: move(payer, payer, 1))


def test_all_coins_together_fit_into_64_bits():
    rich, other = make_user(), make_user(coins=1)
    deposit(rich, LARGEST - 1)
    refused(AmountTooLarge, lambda: deposit(rich, 1))
    refused(AmountTooLarge, lambda: deposit(other, 1))
    move(rich, other, LARGEST - 1)
    assert balances([rich, other]) == [0, LARGEST]
    assert verify_ledger() == []


@given(amounts=st.lists(st.integers(1, LARGEST), min_size=1, max_size=6))
@settings(max_examples=rounds(15))
def test_what_does_not_fit_is_refused_and_the_rest_is_kept(amounts):
    with transaction.atomic():
        user, total = make_user(), 0
        for amount in amounts:
            if total + amount > LARGEST:
                refused(AmountTooLarge, lambda amount=amount: deposit(user, amount))
            else:
                deposit(user, amount)
                total += amount
        assert balances([user]) == [total]
        transaction.set_rollback(True)


def test_a_deposit_is_credited_at_once_and_debited_from_the_system_when_it_is_counted():
    user = make_user()
    deposit(user, 50, "t")
    assert (balances([user]), owed(), PendingDebit.objects.get().amount) == ([50], 0, 50)
    assert verify_ledger() == []
    run_due()
    assert (balances([user]), owed(), PendingDebit.objects.count()) == ([50], 50, 0)
    assert verify_ledger() == []


@pytest.mark.parametrize("is_counted", [False, True])
def test_a_repeated_deposit_is_debited_once(is_counted):
    user = make_user()
    first, _ = deposit(user, 50, "t")
    if is_counted:
        posting.post_all_deposits()
    assert deposit(user, 50, "t") == (first, False)
    refused(TransferConflict, lambda: deposit(user, 51, "t"))
    posting.post_all_deposits()
    assert (balances([user]), owed()) == ([50], 50)


def test_a_very_large_deposit_is_counted_at_once_with_all_that_waited():
    user = make_user()
    deposit(user, transfers.MAX_COUNTED_LATER)
    assert owed() == 0
    deposit(user, transfers.MAX_COUNTED_LATER + 1)
    assert (owed(), PendingDebit.objects.exists()) == (2 * transfers.MAX_COUNTED_LATER + 1, False)
    assert verify_ledger() == []


def test_a_deposit_neither_locks_nor_changes_the_account_that_all_deposits_share():
    user = make_user(coins=1)
    with CaptureQueriesContext(connection) as asked:
        deposit(user, 50)
    about_it = [query["sql"] for query in asked if transfer_ids.DEPOSITS in query["sql"]]
    changing = [sql for sql in about_it if sql.startswith("UPDATE") or "FOR UPDATE" in sql]
    assert about_it
    assert changing == []


def owed():
    return -Account.objects.get(pk=transfer_ids.DEPOSITS).balance


def test_coins_are_deposited_for_users_and_for_nobody_else():
    for user_id in (ids.new_id(), "system:deposits", "", "x" * 24):
        with pytest.raises(UnknownUser):
            transfers.deposit(user_id=user_id, amount=1, transfer_id="t", now=NOW)
    assert not Transfer.objects.exists()
    assert not Account.objects.filter(kind=Account.Kind.USER).exists()


def test_only_the_system_may_owe():
    deposit(make_user(), 50)
    posting.post_all_deposits()
    assert Account.objects.get(pk=transfer_ids.DEPOSITS).balance == -50
    with pytest.raises(IntegrityError), transaction.atomic():
        Account.objects.exclude(kind=Account.Kind.SYSTEM).update(balance=-1)
