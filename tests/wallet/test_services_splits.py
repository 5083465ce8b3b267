"""A 1-on-1 that was cut short: the streamer is paid the performed share, the viewer gets the rest back."""

from __future__ import annotations

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from livestream import clock
from livestream.models import EventRecord
from tests.support.escrows import balances, coins_in, give_back, paid_escrow, pay_in, pay_out
from tests.support.outbox import run_due
from wallet.errors import EscrowClosed, EscrowNotFound
from wallet.models import Earning, Escrow, Transfer
from wallet.selectors import balance_of
from wallet.services import splits
from wallet.verification import verify_ledger

pytestmark = pytest.mark.django_db

many = settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
coins = st.integers(1, 10**15)
wholes = st.integers(1, 3600)


def split(escrow, part, whole):
    return splits.escrow_split(escrow_id=escrow.escrow_id, part=part, whole=whole, now=clock.now())


def told(name, escrow):
    records = EventRecord.objects.filter(name=name, escrow_id=escrow.escrow_id)
    return [record.payload["amount"] for record in records]


@many
@given(coins, wholes, st.data())
def test_share_and_rest_are_what_was_paid_and_the_share_is_rounded_down(amount, whole, data):
    part = data.draw(st.integers(0, whole))
    escrow, [viewer] = paid_escrow([amount])
    assert split(escrow, part, whole)
    share, [rest] = balance_of(user_id=escrow.user_id), balances([viewer])
    assert share + rest == amount
    assert share * whole <= amount * part < (share + 1) * whole
    escrow.refresh_from_db()
    assert (escrow.state, escrow.received, coins_in(escrow)) == ("split", amount, 0)
    assert verify_ledger() == []


@many
@given(st.lists(st.sampled_from(["split", "pay out", "give back", "work"]), min_size=1, max_size=6), st.integers(0, 60))
def test_in_any_order_one_decision_is_made_and_stays(acts, part):
    escrow, [viewer] = paid_escrow([100])
    does = {
        "split": lambda: split(escrow, part, 60),
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
    paid = {"split": 100 * part // 60, "pay out": 100, "give back": 0}[decided[0]]
    assert [balance_of(user_id=escrow.user_id), *balances([viewer])] == [paid, 100 - paid]
    assert escrow.settled_at is not None
    assert verify_ledger() == []


@pytest.mark.parametrize(("part", "told_of_share", "told_of_rest"), [(0, [], [100]), (30, [50], [50]), (60, [100], [])])
def test_each_side_is_told_of_its_part_and_nobody_of_nothing(part, told_of_share, told_of_rest):
    escrow, _ = paid_escrow([100])
    split(escrow, part, 60)
    assert told("escrow.completed.individual", escrow) == told_of_share
    assert told("escrow.refunded", escrow) == told_of_rest
    assert told("escrow.completed", escrow) == [100 * part // 60]


def test_the_transfers_are_called_as_those_of_a_payout_and_a_refund():
    escrow, [viewer] = paid_escrow([100])
    split(escrow, 1, 3)
    earning = Earning.objects.get()
    moved = Transfer.objects.filter(debit_id=escrow.escrow_id).order_by("kind")
    assert [(t.transfer_id, t.credit_id, t.amount, t.tags) for t in moved] == [
        (
            f"escrow-{escrow.escrow_id}-{earning.id}-{escrow.user_id}",
            escrow.user_id,
            33,
            [f"escrow::{escrow.escrow_id}"],
        ),
        (f"refund-{escrow.escrow_id}-{viewer.pk}", viewer.pk, 67, [f"escrow::{escrow.escrow_id}"]),
    ]
    assert (earning.state, earning.amount) == ("settled", 33)


def test_a_split_escrow_takes_no_more_money():
    escrow, [viewer] = paid_escrow([100])
    split(escrow, 1, 2)
    with pytest.raises(EscrowClosed):
        pay_in(escrow, viewer, 10)


def test_what_is_not_there_cannot_be_split():
    with pytest.raises(EscrowNotFound):
        split(Escrow(escrow_id="none"), 1, 2)


def test_a_split_that_is_undone_leaves_the_escrow_open():
    escrow, [viewer] = paid_escrow([100])
    with transaction.atomic():
        split(escrow, 1, 2)
        transaction.set_rollback(True)
    escrow.refresh_from_db()
    assert (escrow.state, balances([viewer])) == ("open", [0])
    assert split(escrow, 1, 2)
