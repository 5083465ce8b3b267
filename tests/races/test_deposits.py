"""Concurrent deposits: none waits for another, and each is counted once; so is a very large one among them."""

from __future__ import annotations

from functools import partial

import pytest
from django.db import transaction

from livestream import clock, ids
from tests.races.rounds import ROUNDS
from tests.support.escrows import balances
from tests.support.people import make_user
from tests.support.threads import Turnstile, at_once, in_thread
from wallet import transfer_ids
from wallet.models import Account, PendingDebit
from wallet.services import posting, transfers
from wallet.verification import verify_ledger

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

LARGE = transfers.MAX_COUNTED_LATER + 1


def deposit(user, amount):
    return transfers.deposit(user_id=user.pk, amount=amount, transfer_id=ids.new_id(), now=clock.now())[1]


def owed():
    return -Account.objects.get(pk=transfer_ids.DEPOSITS).balance


def deposit_without_commit(user, amount):
    """Deposit in a thread whose transaction stays open; return the turnstile that holds it, and the thread."""
    halfway = Turnstile()

    def linger():
        with transaction.atomic():
            deposit(user, amount)
            halfway.stop()

    lingering = in_thread(linger)
    halfway.wait_until_reached()
    return halfway, lingering


def test_a_deposit_does_not_wait_for_one_that_has_not_committed():
    slow, fast = make_user(), make_user(coins=1)
    halfway, lingering = deposit_without_commit(slow, 10)
    behind = in_thread(partial(deposit, fast, 10))
    behind.wait_until_stuck()
    assert behind.is_done()
    counting = in_thread(posting.post_deposits)
    counting.wait_until_stuck()
    assert counting.is_done()
    halfway.let_on()
    lingering(), behind(), counting()
    posting.post_all_deposits()
    assert (balances([slow, fast]), owed()) == ([10, 11], 21)
    assert verify_ledger() == []


def test_a_very_large_deposit_waits_for_those_in_flight_and_counts_them():
    slow, rich = make_user(), make_user()
    halfway, lingering = deposit_without_commit(slow, 10)
    large = in_thread(partial(deposit, rich, LARGE))
    large.wait_until_stuck()
    assert not large.is_done()
    halfway.let_on()
    lingering(), large()
    assert (owed(), PendingDebit.objects.exists()) == (LARGE + 10, False)


def test_deposits_are_counted_once_by_concurrent_counters():
    users, expected = [make_user(coins=1) for _ in range(4)], 4
    for number in range(ROUNDS):
        amounts = [number + 1, 7, LARGE if number % 3 == 0 else 5, 11]
        acts = [partial(deposit, user, amount) for user, amount in zip(users, amounts, strict=True)]
        assert at_once(*acts, *[partial(posting.post_deposits, limit=3)] * 2)[:4] == [True] * 4
        expected += sum(amounts)
        if number % 10 == 0:
            assert verify_ledger() == []
    posting.post_all_deposits()
    assert owed() == sum(balances(users)) == expected
    assert verify_ledger() == []
