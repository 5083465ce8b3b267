"""The coins by payer that are kept: by every release, once for each payment, and filled by the migration."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps
from django.db import transaction

from tests.support.escrows import (
    give_back,
    give_back_payers,
    give_back_payments,
    new_escrow,
    paid_escrow,
    pay_in,
    pay_out,
    post,
    split,
)
from tests.support.outbox import run_due
from tests.support.people import give_coins, make_user
from tests.support.probes import Killed
from wallet import selectors
from wallet.models import PayerTotal, PendingCredit
from wallet.services import posting
from wallet.verification import verify_ledger

pytestmark = pytest.mark.django_db

MIGRATION = import_module("wallet.migrations.0009_fill_payer_totals")


def totals(escrow):
    """Return what is kept of an escrow, by payer."""
    return dict(PayerTotal.objects.filter(escrow_id=escrow.pk).values_list("payer_id", "coins"))


def breakdown(escrow, limit=9):
    return list(selectors.breakdown_of(escrow_id=escrow.pk, limit=limit).items())


def test_a_payment_moves_from_the_waiting_ones_to_the_total_when_it_is_counted(moving):
    escrow, [first, second] = paid_escrow([10, 20])
    assert (totals(escrow), breakdown(escrow)) == ({}, [(second.pk, 20), (first.pk, 10)])
    post(escrow, limit=1)
    assert (totals(escrow), breakdown(escrow)) == ({first.pk: 10}, [(second.pk, 20), (first.pk, 10)])
    post(escrow)
    post(escrow)  # there is nothing left to count
    assert totals(escrow) == {first.pk: 10, second.pk: 20}


def test_many_payments_of_one_payer_in_one_batch_are_one_total(moving):
    escrow, payer = new_escrow(), make_user(coins=60)
    for amount in (10, 20, 30):
        pay_in(escrow, payer, amount)
    assert post(escrow).number == 3
    assert totals(escrow) == {payer.pk: 60}


def test_a_batch_that_is_killed_leaves_no_total_and_is_counted_once(moving, monkeypatch):
    escrow, [payer] = paid_escrow([10])

    def kill(*_args):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(posting, "_earn", kill)
        with pytest.raises(Killed), transaction.atomic():
            post(escrow)
    assert (totals(escrow), breakdown(escrow)) == ({}, [(payer.pk, 10)])
    post(escrow)
    assert (totals(escrow), breakdown(escrow)) == ({payer.pk: 10}, [(payer.pk, 10)])


@pytest.mark.parametrize("limit", [1, 2, 3, 4])
def test_a_waiting_payment_moves_its_payer_up_whatever_the_limit(moving, limit):
    escrow, payers = paid_escrow([40, 30, 30, 10])
    post(escrow)
    low = payers[3]
    expected = [(payers[0].pk, 40), *sorted((each.pk, 30) for each in payers[1:3]), (low.pk, 10)]
    assert breakdown(escrow, limit) == expected[:limit]
    give_coins(low, 35)
    pay_in(escrow, low, 35)
    assert breakdown(escrow, limit) == [(low.pk, 45), *expected[:3]][:limit]


def test_an_early_refund_reduces_the_total_and_a_payer_without_coins_is_left_out(moving):
    escrow, [whole, part, other] = paid_escrow([10, 20, 30])
    give_back_payers(escrow, [whole])
    [payment] = selectors.payments_held(escrow_id=escrow.pk, payer_id=part.pk)
    for _ in range(2):  # a repeat changes nothing
        give_back_payments(escrow, {payment.transfer_id: 5})
    assert totals(escrow) == {whole.pk: 0, part.pk: 5, other.pk: 30}
    assert breakdown(escrow) == [(other.pk, 30), (part.pk, 5)]
    assert selectors.own_coins(escrow_ids=[escrow.pk], payer_id=whole.pk) == {}


@pytest.mark.parametrize(
    ("end", "left"), [(pay_out, [20, 10]), (give_back, [20, 10]), (lambda escrow: split(escrow, {}), [])]
)
def test_after_the_end_a_breakdown_says_what_was_paid_and_not_refunded_early(moving, end, left):
    escrow, _ = paid_escrow([10, 20])
    end(escrow)
    run_due(sweeps=False)
    assert [coins for _, coins in breakdown(escrow)] == left
    assert verify_ledger() == []


def test_own_coins_are_read_of_many_escrows_in_one_query(moving, django_assert_num_queries):
    payer = make_user(coins=100)
    escrows = [new_escrow() for _ in range(4)]
    for number, escrow in enumerate(escrows[:3], start=1):
        pay_in(escrow, payer, number)
    post(escrows[0])
    pay_in(escrows[0], payer, 10)
    with django_assert_num_queries(1):
        own = selectors.own_coins(escrow_ids=[each.pk for each in escrows], payer_id=payer.pk)
    assert own == {escrows[0].pk: 11, escrows[1].pk: 2, escrows[2].pk: 3}
    with django_assert_num_queries(0):
        assert selectors.own_coins(escrow_ids=[], payer_id=payer.pk) == {}


def test_a_process_that_does_not_know_the_table_keeps_it(moving):
    """The previous release counts by deleting what waits: its statement is this one."""
    escrow, [first, second] = paid_escrow([10, 20])
    PendingCredit.objects.filter(account_id=escrow.pk).delete()
    assert totals(escrow) == {first.pk: 10, second.pk: 20}


def test_the_migration_fills_what_was_paid_before_and_can_be_repeated(moving):
    counted, waiting, early, ended = (paid_escrow([10, 20]) for _ in range(4))
    post(counted[0])
    give_back_payers(early[0], early[1][:1])
    give_back(ended[0])
    run_due(sweeps=False)
    expected = {each.pk: totals(each) for each, _ in (counted, early, ended)}
    # As if nothing had been kept before, and half of it since the triggers were there.
    PayerTotal.objects.exclude(escrow_id=counted[0].pk).delete()
    PayerTotal.objects.update(coins=3)
    assert verify_ledger() != []
    for _ in range(2):
        MIGRATION.fill(apps, None)
        assert {each.pk: totals(each) for each, _ in (counted, early, ended)} == expected
        assert verify_ledger() == []
    post(waiting[0])
    assert totals(waiting[0]) == {waiting[1][0].pk: 10, waiting[1][1].pk: 20}


def test_the_migration_goes_over_many_pages(moving, monkeypatch):
    monkeypatch.setattr(MIGRATION, "PAGE", 2)
    ended = [paid_escrow([10])[0] for _ in range(5)]
    for escrow in ended:
        give_back(escrow)
    PayerTotal.objects.all().delete()
    MIGRATION.fill(apps, None)
    assert [list(totals(escrow).values()) for escrow in ended] == [[10]] * 5
