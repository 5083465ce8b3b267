"""Giving back: decided once, everybody gets exactly what they paid, however often it is cut off."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from livestream.errors import DomainError
from livestream.events import receives, registry
from livestream.events.contracts import ESCROW_REFUNDED
from livestream.models import EventRecord, OutboxMessage
from tests.support.escrows import (
    balances,
    coins_in,
    give_back,
    give_back_chunk,
    new_escrow,
    paid_escrow,
    pay_in,
    pay_out,
)
from tests.support.outbox import run_due
from tests.support.people import make_user
from tests.support.probes import Killed
from tests.support.rounds import rounds
from wallet.errors import EscrowNotFound
from wallet.models import Earning, Transfer
from wallet.services import refunds
from wallet.verification import verify_ledger

pytestmark = pytest.mark.django_db


def told():
    """What was told of refunds: payers, coins, and whether it was the last."""
    records = EventRecord.objects.filter(name="escrow.refunded").order_by("position")
    return [(r.payload["payers"], r.payload["amount"], r.payload["final"]) for r in records]


def test_everybody_gets_everything_back_in_one_transfer_each(moving):
    escrow, payers = paid_escrow([10, 20])
    pay_in(escrow, make_user(coins=5), 5)
    again = make_user(coins=9)
    for amount in (2, 3, 4):
        pay_in(escrow, again, amount)
    assert give_back(escrow)
    run_due()
    escrow.refresh_from_db()
    assert (escrow.state, escrow.settled_at, coins_in(escrow)) == ("refunded", moving.at, 0)
    assert balances([*payers, again]) == [10, 20, 9]
    back = Transfer.objects.filter(kind="refund", debit_id=escrow.escrow_id)
    assert sorted(back.values_list("amount", flat=True)) == [5, 9, 10, 20]
    assert {tuple(each.tags) for each in back} == {(f"escrow::{escrow.escrow_id}",)}
    assert (told(), verify_ledger()) == ([(4, 44, True)], [])


def test_nothing_is_earned_by_what_was_given_back(moving):
    escrow, _ = paid_escrow([10, 20])
    give_back(escrow)
    run_due()
    assert [(each.amount, each.state, each.settled_at) for each in Earning.objects.all()] == [
        (30, "refunded", moving.at)
    ]


def test_it_is_decided_once_and_a_paid_out_escrow_is_not_given_back(moving):
    escrow, payers = paid_escrow([10])
    assert [give_back(escrow), give_back(escrow), pay_out(escrow)] == [True, False, False]
    paid, _ = paid_escrow([10])
    assert [pay_out(paid), give_back(paid)] == [True, False]
    run_due()
    assert balances(payers) == [10]
    assert verify_ledger() == []


def test_an_escrow_into_which_nobody_paid_ends_as_well(moving):
    escrow = new_escrow()
    give_back(escrow)
    run_due()
    escrow.refresh_from_db()
    assert escrow.settled_at == moving.at
    assert told() == [(0, 0, True)]


def test_an_escrow_nobody_opened_cannot_be_given_back(moving):
    with pytest.raises(EscrowNotFound):
        refunds.escrow_refund(escrow_id="nothing", now=moving.at)


@pytest.mark.parametrize("settle", [None, pay_out])
def test_an_escrow_that_is_not_to_be_given_back_pays_no_chunk(moving, settle):
    escrow, payers = paid_escrow([10])
    if settle:
        settle(escrow)
    assert give_back_chunk(escrow, 10) == 0
    assert balances(payers) == [0]


@given(amounts=st.lists(st.integers(1, 100), min_size=1, max_size=9), sizes=st.lists(st.integers(1, 4), min_size=12))
@settings(max_examples=rounds(15))
def test_in_chunks_of_any_size_everybody_is_paid_once(amounts, sizes):
    with transaction.atomic():
        escrow, payers = paid_escrow(amounts)
        give_back(escrow)
        paid = [give_back_chunk(escrow, size) for size in sizes]
        escrow.refresh_from_db()
        assert sum(paid) == len(amounts)
        assert balances(payers) == amounts
        assert (escrow.settled_at is not None, coins_in(escrow)) == (True, 0)
        assert [final for *_, final in told()].count(True) == 1
        assert verify_ledger() == []
        transaction.set_rollback(True)


def test_a_chunk_that_is_killed_pays_nobody_and_the_refund_goes_on_where_it_was(moving):
    escrow, payers = paid_escrow([1, 2, 4, 8, 16])
    give_back(escrow)
    assert give_back_chunk(escrow, 2) == 2
    before = balances(payers)
    with dying_at(ESCROW_REFUNDED), pytest.raises(Killed), transaction.atomic():
        give_back_chunk(escrow, 2)
    assert balances(payers) == before
    assert verify_ledger() == []
    assert [give_back_chunk(escrow, 2) for _ in range(3)] == [2, 1, 0]
    assert balances(payers) == [1, 2, 4, 8, 16]


class dying_at:  # noqa: N801 - reads as a context
    """Have the process die where this event is published."""

    def __init__(self, signal):
        self.signal = signal

    def __enter__(self):
        receives(self.signal)(self._die)

    def __exit__(self, *_):
        self.signal.disconnect(dispatch_uid=f"{self.signal.name}:_die")
        del registry._receivers[f"{self.signal.name}:_die"]

    @staticmethod
    def _die(event):
        raise Killed


def test_the_next_chunk_is_stored_with_the_one_before(moving):
    escrow, _ = paid_escrow([1, 2, 4, 8, 16])
    give_back(escrow)
    for stored in (1, 1, 0):  # the last chunk has nothing to come after it
        OutboxMessage.objects.all().delete()
        assert give_back_chunk(escrow, 2) in (2, 1)
        assert OutboxMessage.objects.filter(actor="refund_escrow_chunk").count() == stored


def test_a_chunk_takes_as_many_statements_for_many_as_for_few(moving):
    counts = []
    for payers in (2, 20):
        escrow, _ = paid_escrow([1] * payers)
        give_back(escrow)
        with CaptureQueriesContext(connection) as queries:
            assert give_back_chunk(escrow, 100) == payers
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 16


def test_late_money_is_refused_and_never_left_behind(moving):
    escrow, payers = paid_escrow([3, 4])
    give_back(escrow)
    with pytest.raises(DomainError), transaction.atomic():
        pay_in(escrow, make_user(coins=5), 5)
    run_due()
    assert (balances(payers), verify_ledger()) == ([3, 4], [])
