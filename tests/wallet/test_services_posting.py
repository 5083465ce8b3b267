"""Counting what was paid in: all of it, once, and into the hour it was paid in."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models import Sum
from hypothesis import given
from hypothesis import strategies as st

from tests.support.escrows import coins_in, new_escrow, paid_escrow, pay_in, post
from tests.support.people import make_user
from wallet.models import Earning, PendingCredit
from wallet.selectors import accounts_with_pending_credit
from wallet.services import escrows, posting
from wallet.verification import verify_ledger

pytestmark = pytest.mark.django_db


def test_a_batch_says_who_paid_how_much(moving):
    escrow, (one, two) = paid_escrow([10, 20])
    pay_in(escrow, make_user(coins=1), 1)
    batch = post(escrow)
    assert batch.amount == sum(batch.payers.values()) == 31
    assert (batch.payers[one.pk], batch.payers[two.pk], len(batch.payers)) == (10, 20, 3)
    escrow.refresh_from_db()
    assert (escrow.received, coins_in(escrow)) == (31, 31)


def test_what_was_counted_is_not_counted_again(moving):
    escrow, _ = paid_escrow([10])
    assert [post(escrow).amount for _ in range(3)] == [10, 0, 0]


def test_a_limited_batch_leaves_the_rest_for_the_next(moving):
    escrow, _ = paid_escrow([1] * 5)
    assert [post(escrow, limit=2).amount for _ in range(4)] == [2, 2, 1, 0]
    assert verify_ledger() == []


def test_all_is_counted_however_much_there_is(moving, monkeypatch):
    escrow, payers = paid_escrow([1, 2, 3, 4, 5])
    monkeypatch.setattr(posting.post_pending, "__kwdefaults__", {"limit": 2})
    batch = posting.post_all_pending(escrow=escrows.lock_row(escrow_id=escrow.escrow_id))
    assert (batch.amount, len(batch.payers)) == (15, len(payers))
    assert not PendingCredit.objects.exists()


def test_escrows_do_not_count_what_was_paid_into_others(moving):
    escrow, _ = paid_escrow([10])
    other, _ = paid_escrow([5])
    assert set(accounts_with_pending_credit()) == {escrow.escrow_id, other.escrow_id}
    assert post(escrow).amount == 10
    assert list(accounts_with_pending_credit()) == [other.escrow_id]


def test_the_accounts_to_count_come_in_one_order_so_that_two_relays_never_cross(moving):
    waiting = [paid_escrow([1])[0].escrow_id for _ in range(5)]
    assert list(accounts_with_pending_credit()) == sorted(waiting)


def test_a_payment_is_earned_in_the_hour_it_was_made_however_late_it_is_counted(moving):
    escrow, payer = new_escrow(), make_user(coins=100)
    for minutes, amount in [(0, 1), (44, 2), (1, 4), (120, 8)]:  # from a quarter past eight
        moving.advance(seconds=60 * minutes)
        pay_in(escrow, payer, amount)
    moving.advance(seconds=36_000)
    post(escrow)
    earned = {earning.hour.hour: earning.amount for earning in Earning.objects.all()}
    assert earned == {20: 3, 21: 4, 23: 8}


def test_later_payments_of_an_hour_are_added_to_its_earning(moving):
    escrow, payer = new_escrow(), make_user(coins=100)
    for amount in (1, 2, 4):
        pay_in(escrow, payer, amount)
        post(escrow)
    earning = Earning.objects.get()
    assert (earning.amount, earning.user_id, earning.state) == (7, escrow.user_id, "pending")
    assert Earning.objects.aggregate(all=Sum("amount"))["all"] == coins_in(escrow)


@given(st.datetimes())
def test_the_hour_of_a_moment_begins_within_the_hour_before_it(at):
    hour = posting.hour_of(at)
    assert (hour.minute, hour.second, hour.microsecond) == (0, 0, 0)
    assert timedelta(0) <= at - hour < timedelta(hours=1)
