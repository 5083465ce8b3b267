"""A show that was cut short: the streamer keeps a part of each payment, its payer gets the rest back."""

from __future__ import annotations

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from livestream import clock
from livestream.models import EventRecord
from tests.support.escrows import (
    balances,
    coins_in,
    give_back,
    give_back_payers,
    give_back_payments,
    new_escrow,
    paid_escrow,
    pay_in,
    pay_out,
    split,
)
from tests.support.outbox import run_due
from tests.support.people import make_user
from tests.support.rounds import rounds
from wallet import selectors
from wallet.errors import EscrowClosed, EscrowNotFound
from wallet.models import EarlyRefund, Earning, Escrow, Transfer
from wallet.selectors import balance_of
from wallet.services import splits
from wallet.verification import verify_ledger

pytestmark = pytest.mark.django_db

many = settings(deadline=None, max_examples=rounds(20), suppress_health_check=[HealthCheck.function_scoped_fixture])
coins = st.integers(1, 10**15)


def keeping(escrow, *shares):
    """Keep of each payer's payment (in the order in which they paid) so many coins."""
    held = {each.payer_id: each.transfer_id for each in selectors.payments_held(escrow_id=escrow.escrow_id)}
    return {held[payer.pk]: share for payer, share in shares}


def told(name, escrow):
    records = EventRecord.objects.filter(name=name, escrow_id=escrow.escrow_id)
    return [record.payload["amount"] for record in records]


@many
@given(st.lists(st.tuples(coins, st.floats(0, 1)), min_size=1, max_size=4))
def test_each_payment_is_split_to_the_coin(payments):
    amounts = [amount for amount, _ in payments]
    shares = [int(amount * part) for amount, part in payments]
    escrow, viewers = paid_escrow(amounts)
    assert split(escrow, keeping(escrow, *zip(viewers, shares, strict=True)))
    run_due()
    assert balance_of(user_id=escrow.user_id) == sum(shares)
    assert balances(viewers) == [amount - share for amount, share in zip(amounts, shares, strict=True)]
    escrow.refresh_from_db()
    expected = "refunded" if not sum(shares) else "completed" if shares == amounts else "split"
    assert (escrow.state, escrow.received, coins_in(escrow)) == (expected, sum(amounts), 0)
    assert escrow.settled_at is not None
    assert verify_ledger() == []


@many
@given(
    st.lists(st.sampled_from(["split", "pay out", "give back", "work"]), min_size=1, max_size=6), st.integers(0, 100)
)
def test_in_any_order_one_decision_is_made_and_stays(acts, share):
    escrow, [viewer] = paid_escrow([100])
    kept = keeping(escrow, (viewer, share))
    does = {
        "split": lambda: split(escrow, kept),
        "pay out": lambda: pay_out(escrow),
        "give back": lambda: give_back(escrow),
    }
    outcomes = [(act, does[act]()) if act in does else (act, run_due() and None) for act in acts]
    run_due()
    decided = [act for act, decides in outcomes if decides]
    escrow.refresh_from_db()
    if not any(act in does for act in acts):
        assert (decided, escrow.state) == ([], "open")
        return
    assert decided == [next(act for act in acts if act in does)]
    paid = {"split": share, "pay out": 100, "give back": 0}[decided[0]]
    assert [balance_of(user_id=escrow.user_id), *balances([viewer])] == [paid, 100 - paid]
    assert escrow.settled_at is not None
    assert verify_ledger() == []


@pytest.mark.parametrize(
    ("share", "told_of_share", "told_of_rest", "told_of_end"),
    [(0, [], [100], []), (50, [50], [50], [50]), (100, [100], [], [100])],
)
def test_each_side_is_told_of_its_part_and_nobody_of_nothing(share, told_of_share, told_of_rest, told_of_end):
    escrow, [viewer] = paid_escrow([100])
    split(escrow, keeping(escrow, (viewer, share)))
    run_due()
    assert told("escrow.completed.individual", escrow) == told_of_share
    assert told("escrow.refunded", escrow) == told_of_rest
    assert told("escrow.completed", escrow) == told_of_end


def test_the_transfers_are_called_as_those_of_a_payout_and_of_early_refunds():
    escrow, [viewer] = paid_escrow([100])
    [(hold, _)] = keeping(escrow, (viewer, 33)).items()
    split(escrow, {hold: 33})
    run_due()
    earning = Earning.objects.get()
    moved = Transfer.objects.filter(debit_id=escrow.escrow_id).order_by("kind")
    assert [(t.transfer_id, t.credit_id, t.amount, t.tags) for t in moved] == [
        (
            f"escrow-{escrow.escrow_id}-{earning.id}-{escrow.user_id}",
            escrow.user_id,
            33,
            [f"escrow::{escrow.escrow_id}"],
        ),
        (f"refund-of-{hold}", viewer.pk, 67, [f"escrow::{escrow.escrow_id}"]),
    ]
    assert (earning.state, earning.amount) == ("settled", 33)


def test_of_a_payment_that_is_not_named_nothing_is_kept():
    escrow, [named, other] = paid_escrow([100, 50])
    split(escrow, keeping(escrow, (named, 100)))
    run_due()
    escrow.refresh_from_db()
    assert (escrow.state, balances([named, other])) == ("split", [0, 50])
    assert [early.payer_id for early in EarlyRefund.objects.all()] == [other.pk]


def test_what_was_given_back_before_is_not_split_again():
    escrow, [early, cut, viewer] = paid_escrow([100, 60, 40])
    everything = keeping(escrow, (early, 100), (cut, 60), (viewer, 10))
    give_back_payers(escrow, [early])
    give_back_payments(escrow, keeping(escrow, (cut, 20)))
    split(escrow, everything)
    run_due()
    assert [balance_of(user_id=escrow.user_id), *balances([early, cut, viewer])] == [30, 100, 40, 30]
    assert verify_ledger() == []


def test_a_share_that_was_kept_before_makes_a_split_of_what_is_given_back_whole():
    escrow, [cut, viewer] = paid_escrow([60, 40])
    give_back_payments(escrow, keeping(escrow, (cut, 20)))
    split(escrow, {})
    run_due()
    escrow.refresh_from_db()
    assert (escrow.state, balance_of(user_id=escrow.user_id), balances([cut, viewer])) == ("split", 20, [40, 40])


def test_a_payment_that_is_not_counted_yet_is_split_as_well():
    escrow, viewer = new_escrow(), make_user(coins=30)
    pay_in(escrow, viewer, 30)
    split(escrow, keeping(escrow, (viewer, 10)))
    run_due()
    assert (balance_of(user_id=escrow.user_id), balances([viewer])) == (10, [20])


def test_an_escrow_into_which_nobody_paid_completes():
    escrow = new_escrow()
    assert split(escrow, {})
    escrow.refresh_from_db()
    assert (escrow.state, escrow.settled_at is not None, told("escrow.completed", escrow)) == ("completed", True, [0])


@pytest.mark.parametrize(("part", "share"), [(0, 0), (1, 50), (2, 100), (3, 150)])
def test_a_stored_task_of_the_release_before_splits_by_part_and_whole(part, share):
    escrow, viewers = paid_escrow([100, 50])
    assert splits.escrow_split(escrow_id=escrow.escrow_id, part=part, whole=3, now=clock.now())
    run_due()
    assert (balance_of(user_id=escrow.user_id), sum(balances(viewers))) == (share, 150 - share)
    assert verify_ledger() == []


def test_a_share_of_all_is_filled_over_the_payments_in_the_order_in_which_they_were_made(moving):
    escrow, payer = new_escrow(), make_user(coins=100)
    for amount in (10, 20, 30):
        pay_in(escrow, payer, amount)
        moving.advance(seconds=1)
    held = selectors.payments_held(escrow_id=escrow.escrow_id)
    assert [splits.filled(held, share=share) for share in (0, 15, 60)] == [
        dict(zip([each.transfer_id for each in held], kept, strict=True))
        for kept in ([0, 0, 0], [10, 5, 0], [10, 20, 30])
    ]


def test_a_split_escrow_takes_no_more_money():
    escrow, [viewer] = paid_escrow([100])
    split(escrow, keeping(escrow, (viewer, 50)))
    with pytest.raises(EscrowClosed):
        pay_in(escrow, viewer, 10)


def test_what_is_not_there_cannot_be_split():
    with pytest.raises(EscrowNotFound):
        split(Escrow(escrow_id="none"), {})


def test_a_split_that_is_undone_leaves_the_escrow_open():
    escrow, [viewer] = paid_escrow([100])
    kept = keeping(escrow, (viewer, 50))
    with transaction.atomic():
        split(escrow, kept)
        transaction.set_rollback(True)
    escrow.refresh_from_db()
    assert (escrow.state, balances([viewer])) == ("open", [0])
    assert split(escrow, kept)
