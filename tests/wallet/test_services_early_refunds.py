"""Single payers are given back what is theirs: exactly, once, and nobody else notices."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from livestream import clock
from livestream.models import EventRecord
from tests.support.escrows import (
    balances,
    coins_in,
    give_back,
    give_back_payers,
    give_back_payments,
    new_escrow,
    paid_by,
    paid_escrow,
    pay_in,
    pay_out,
    post,
)
from tests.support.outbox import run_due
from tests.support.people import make_user
from wallet import selectors
from wallet.errors import EscrowNotFound
from wallet.models import EarlyRefund, Earning, Escrow, PendingCredit, Transfer
from wallet.selectors import balance_of
from wallet.services import early_refunds
from wallet.services.early_refunds import EarlyRefunds
from wallet.verification import verify_ledger

pytestmark = pytest.mark.django_db


def told():
    """What was told of early refunds: payers and coins."""
    records = EventRecord.objects.filter(name="escrow.refunded", payload__early=True).order_by("position")
    return [(r.payload["payers"], r.payload["amount"]) for r in records]


def hold_of(escrow, payer):
    """The id of a payer's only payment that is still held."""
    [payment] = selectors.payments_held(escrow_id=escrow.escrow_id, payer_id=payer.pk)
    return payment.transfer_id


def test_a_payer_gets_back_exactly_what_they_hold_and_the_others_stay(moving):
    escrow, (first, second) = paid_escrow([10, 20])
    pay_in(escrow, give := make_user(coins=7), 3)
    pay_in(escrow, give, 4)
    assert give_back_payers(escrow, [give]) == EarlyRefunds({give.pk: 7}, 7)
    escrow.refresh_from_db()
    assert (escrow.state, escrow.received, escrow.refunded_early, coins_in(escrow)) == ("open", 37, 7, 30)
    assert balances([first, second, give]) == [0, 0, 7]
    assert (told(), verify_ledger()) == ([(1, 7)], [])
    pay_out(escrow)
    run_due()
    assert balance_of(user_id=escrow.user_id) == 30
    assert verify_ledger() == []


def test_each_payment_has_its_refund_and_is_written_down(moving):
    escrow, [viewer] = paid_escrow([10])
    hold = Transfer.objects.get(kind="hold")
    give_back_payers(escrow, [viewer], reason="withdrawn")
    refund = Transfer.objects.get(kind="refund")
    assert (refund.transfer_id, refund.debit_id, refund.credit_id, refund.amount, refund.created_at, refund.tags) == (
        f"refund-of-{hold.pk}",
        escrow.escrow_id,
        viewer.pk,
        10,
        moving.at,
        [f"escrow::{escrow.escrow_id}"],
    )
    early = EarlyRefund.objects.get()
    assert (early.hold_id, early.escrow_id, early.payer_id, early.amount, early.kept, early.reason) == (
        hold.pk,
        escrow.escrow_id,
        viewer.pk,
        10,
        0,
        "withdrawn",
    )
    assert EventRecord.objects.get(name="escrow.refunded").payload["event_id"] == early.batch


def test_a_payer_is_given_back_once(moving):
    escrow, [viewer, _] = paid_escrow([10, 20])
    assert [give_back_payers(escrow, [viewer]).amount for _ in range(3)] == [10, 0, 0]
    assert (balances([viewer]), told()) == ([10], [(1, 10)])


def test_who_pays_again_holds_only_the_new_payment(moving):
    escrow, [viewer] = paid_escrow([10])
    give_back_payers(escrow, [viewer])
    pay_in(escrow, viewer, 4)
    assert (paid_by(escrow_id=escrow.escrow_id, user_id=viewer.pk), balances([viewer])) == (4, [6])
    assert give_back_payers(escrow, [viewer]) == EarlyRefunds({viewer.pk: 4}, 4)
    assert (balances([viewer]), verify_ledger()) == ([10], [])


def test_whoever_paid_nothing_gets_nothing(moving):
    escrow, [viewer] = paid_escrow([10])
    assert give_back_payers(escrow, [make_user(), make_user()]) == EarlyRefunds()
    assert give_back_payers(escrow, []) == EarlyRefunds()
    other, _ = paid_escrow([10])
    assert give_back_payers(other, [viewer]) == EarlyRefunds()
    assert (told(), verify_ledger()) == ([], [])


def test_an_escrow_that_nobody_opened_gives_nothing_back(moving):
    with pytest.raises(EscrowNotFound):
        give_back_payers(Escrow(escrow_id="none"), [make_user()])


def test_what_is_not_counted_yet_is_given_back_as_well(moving):
    escrow, [viewer, _] = paid_escrow([10, 20])
    post(escrow)
    pay_in(escrow, late := make_user(coins=5), 5)
    assert PendingCredit.objects.count() == 1
    assert give_back_payers(escrow, [viewer, late]).amount == 15
    assert (balances([viewer, late]), coins_in(escrow), verify_ledger()) == ([10, 5], 20, [])


@pytest.mark.parametrize("settle", [pay_out, give_back])
def test_a_decided_escrow_gives_nothing_back_early(moving, settle):
    escrow, viewers = paid_escrow([10, 20])
    settle(escrow)
    assert give_back_payers(escrow, viewers) == EarlyRefunds()
    run_due()
    assert sum(balances(viewers)) == (30 if settle is give_back else 0)
    assert verify_ledger() == []


def test_what_is_kept_of_a_payment_goes_to_the_streamer(moving):
    escrow, [cut, whole, other] = paid_escrow([10, 20, 30])
    kept = {hold_of(escrow, cut): 4, hold_of(escrow, whole): 20}
    assert give_back_payments(escrow, kept) == EarlyRefunds({cut.pk: 6}, 6)
    assert balances([cut, whole, other]) == [6, 0, 0]
    assert Transfer.objects.filter(kind="refund").count() == 1
    held = selectors.payments_held(escrow_id=escrow.escrow_id)
    assert [each.payer_id for each in held] == [other.pk]
    assert verify_ledger() == []
    pay_out(escrow)
    run_due()
    assert (balance_of(user_id=escrow.user_id), coins_in(escrow), verify_ledger()) == (54, 0, [])


def test_what_was_kept_of_a_payment_stays_when_it_is_asked_for_again(moving):
    escrow, [viewer, _] = paid_escrow([10, 20])
    hold = hold_of(escrow, viewer)
    give_back_payments(escrow, {hold: 4})
    assert give_back_payments(escrow, {hold: 0}) == EarlyRefunds()
    assert give_back_payers(escrow, [viewer]) == EarlyRefunds()
    assert balances([viewer]) == [6]


def test_a_payment_into_another_escrow_is_left_alone(moving):
    escrow, _ = paid_escrow([10])
    other, [viewer] = paid_escrow([20])
    hold = hold_of(other, viewer)
    assert give_back_payments(escrow, {hold: 0, "unknown": 0}) == EarlyRefunds()
    assert (balances([viewer]), verify_ledger()) == ([0], [])


@pytest.mark.parametrize("kept", [-1, 11])
def test_no_more_is_kept_than_was_paid_and_nothing_is_added(moving, kept):
    escrow, [viewer] = paid_escrow([10])
    hold = hold_of(escrow, viewer)
    with pytest.raises(IntegrityError), transaction.atomic():
        give_back_payments(escrow, {hold: kept})
    assert (balances([viewer]), verify_ledger()) == ([0], [])


def test_the_earning_of_the_hour_of_the_payment_is_reduced(moving):
    escrow, payers = new_escrow(), [make_user(coins=100) for _ in range(2)]
    for _ in range(3):
        for payer in payers:
            pay_in(escrow, payer, 10)
        moving.advance(seconds=3600)
    post(escrow)
    second_hour = Transfer.objects.filter(kind="hold", debit_id=payers[0].pk).order_by("created_at")[1]
    give_back_payments(escrow, {second_hour.pk: 3})
    assert list(Earning.objects.order_by("hour").values_list("amount", flat=True)) == [20, 13, 20]
    give_back_payers(escrow, payers)
    assert list(Earning.objects.order_by("hour").values_list("amount", flat=True)) == [0, 3, 0]
    assert verify_ledger() == []


def test_a_whole_refund_gives_back_what_is_left_and_skips_who_has_nothing(moving):
    escrow, [early, cut, late] = paid_escrow([10, 20, 30])
    give_back_payers(escrow, [early])
    hold = hold_of(escrow, cut)
    give_back_payments(escrow, {hold: 15})
    pay_in(escrow, early, 2)
    give_back_payers(escrow, [early])
    give_back(escrow)
    run_due()
    escrow.refresh_from_db()
    assert balances([early, cut, late]) == [10, 20, 30]
    assert (escrow.state, coins_in(escrow), escrow.settled_at) == ("refunded", 0, moving.at)
    whole = EventRecord.objects.get(name="escrow.refunded", payload__final=True).payload
    assert (whole["payers"], whole["amount"]) == (2, 45)
    assert selectors.refunded_to(escrow_id=escrow.escrow_id, user_id=cut.pk) == 20
    assert selectors.refunded_at_end(escrow_id=escrow.escrow_id, user_id=cut.pk) == 15
    assert verify_ledger() == []


def test_an_escrow_whose_payers_all_have_theirs_back_still_ends(moving):
    for settle, state in ((pay_out, "completed"), (give_back, "refunded")):
        escrow, viewers = paid_escrow([10, 20])
        give_back_payers(escrow, viewers)
        settle(escrow)
        run_due()
        escrow.refresh_from_db()
        assert (escrow.state, coins_in(escrow), escrow.settled_at) == (state, 0, moving.at)
        assert balance_of(user_id=escrow.user_id) == 0
    assert EventRecord.objects.get(name="escrow.completed").payload["amount"] == 0
    assert verify_ledger() == []


def test_who_holds_what_is_net_of_early_refunds(moving):
    escrow, [back, cut, other] = paid_escrow([50, 40, 30])
    about = {"escrow_id": escrow.escrow_id}
    hold = hold_of(escrow, cut)
    give_back_payers(escrow, [back])
    give_back_payments(escrow, {hold: 5})
    assert [paid_by(**about, user_id=each.pk) for each in (back, cut, other)] == [0, 5, 30]
    assert [selectors.holds(**about, user_id=each.pk) for each in (back, cut, other)] == [False, False, True]
    assert dict(selectors.held_by_payer(**about)) == {cut.pk: 5, other.pk: 30}
    assert list(selectors.breakdown_of(**about, limit=9).items()) == [(other.pk, 30), (cut.pk, 5)]
    assert selectors.payers_of(**about) == sorted([cut.pk, other.pk])
    assert selectors.payers_of(**about, after=max(cut.pk, other.pk)) == []
    assert [(each.payer_id, each.amount) for each in selectors.payments_held(**about)] == [(other.pk, 30)]


def test_a_crowd_is_given_back_in_chunks(moving):
    escrow, viewers = paid_escrow([1, 2, 4, 8, 16])
    assert give_back_payers(escrow, viewers[:4], size=2).amount == 15
    assert balances(viewers) == [1, 2, 4, 8, 0]
    assert ([payers for payers, _ in told()], sum(coins for _, coins in told())) == ([2, 2], 15)
    assert verify_ledger() == []


def test_many_take_as_many_statements_as_one(moving):
    counts = []
    for number in (1, 20):
        escrow, viewers = paid_escrow([1] * number)
        post(escrow)
        with CaptureQueriesContext(connection) as queries:
            assert give_back_payers(escrow, viewers).amount == number
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 20


def test_a_payer_with_many_payments_gets_each_of_them_back(moving):
    escrow, payer = new_escrow(), make_user(coins=60)
    for amount in (10, 20, 30):
        pay_in(escrow, payer, amount)
        moving.advance(seconds=1)
    assert give_back_payers(escrow, [payer]) == EarlyRefunds({payer.pk: 60}, 60)
    assert sorted(Transfer.objects.filter(kind="refund").values_list("amount", flat=True)) == [10, 20, 30]
    assert EarlyRefund.objects.values("batch").distinct().count() == 1


def test_it_is_undone_with_the_transaction_of_its_caller(moving):
    escrow, [viewer] = paid_escrow([10])
    with transaction.atomic():
        give_back_payers(escrow, [viewer])
        transaction.set_rollback(True)
    assert (balances([viewer]), EarlyRefund.objects.count(), verify_ledger()) == ([0], 0, [])
    assert give_back_payers(escrow, [viewer]).amount == 10


def test_the_amounts_are_those_of_the_largest_ledger(moving):
    escrow, [viewer, _] = paid_escrow([2**61, 2**61])
    assert give_back_payers(escrow, [viewer]).amount == 2**61
    assert verify_ledger() == []


def test_a_locked_escrow_knows_at_once_what_left_it(moving):
    escrow, viewers = paid_escrow([10, 20])
    with transaction.atomic():
        locked = early_refunds.escrows.lock_escrow(escrow_id=escrow.escrow_id)
        kept = {each.transfer_id: 1 for each in selectors.payments_held(escrow_id=escrow.escrow_id)}
        later = clock.now() + timedelta(seconds=5)
        early_refunds.refund_payments(escrow=locked, kept=kept, reason="blocked", now=later)
    assert (locked.received, locked.refunded_early) == (30, 28)
    assert set(EarlyRefund.objects.values_list("created_at", flat=True)) == {later}
    assert balances(viewers) == [9, 19]
