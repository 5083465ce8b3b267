"""A payer's refund at the same moment as everything else that moves their escrow's money."""

from __future__ import annotations

import random
from functools import partial

import pytest
from django.db import transaction

from livestream.models import EventRecord
from tests.races.rounds import ROUNDS, do_what_is_due, race
from tests.support.escrows import (
    balances,
    coins_in,
    give_back,
    give_back_payers,
    new_escrow,
    paid_by,
    paid_escrow,
    pay_in,
    pay_out,
    post,
    split,
)
from tests.support.people import make_user
from tests.support.probes import Killed
from wallet import sql
from wallet.errors import EscrowClosed
from wallet.models import EarlyRefund, PendingCredit, Transfer
from wallet.selectors import balance_of, payments_held
from wallet.verification import verify_ledger

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def counting(escrow):
    with transaction.atomic():
        return post(escrow).amount


def shuffled(*acts):
    return random.sample(acts, len(acts))


def settled(escrow):
    """Do what is due, and return what the streamer has of an escrow in which nothing is left."""
    do_what_is_due()
    escrow.refresh_from_db()
    assert (escrow.settled_at is not None, coins_in(escrow)) == (True, 0)
    return balance_of(user_id=escrow.user_id)


def test_against_a_payout_the_payer_or_the_streamer_has_the_coins(moving):
    for _ in range(ROUNDS):
        escrow, payers = paid_escrow([10, 20])
        race(*shuffled(partial(give_back_payers, escrow, payers[:1]), partial(pay_out, escrow)))
        streamer = settled(escrow)
        assert (streamer, balances(payers)) in [(20, [10, 0]), (30, [0, 0])]
    assert verify_ledger() == []


def test_against_every_decision_one_is_made_and_nobody_has_more_than_they_paid(moving):
    for _ in range(ROUNDS):
        escrow, payers = paid_escrow([10, 20])
        kept = {each.transfer_id: each.amount // 2 for each in payments_held(escrow_id=escrow.pk)}
        decisions = [partial(pay_out, escrow), partial(give_back, escrow), partial(split, escrow, kept)]
        outcomes = race(*shuffled(partial(give_back_payers, escrow, payers[:1]), *decisions))
        assert [outcome is True for outcome in outcomes].count(True) == 1
        streamer, [first, second] = settled(escrow), balances(payers)
        assert (streamer, first, second) in [(30, 0, 0), (20, 10, 0), (0, 10, 20), (15, 5, 10), (10, 10, 10)]
    assert verify_ledger() == []


def test_against_counting_every_payment_is_counted_once_and_given_back_once(moving):
    for _ in range(ROUNDS):
        escrow, payers = paid_escrow([10, 20, 30])
        race(*shuffled(*[partial(counting, escrow)] * 2, partial(give_back_payers, escrow, payers[:2])))
        counting(escrow)
        escrow.refresh_from_db()
        assert (escrow.received, escrow.refunded_early, coins_in(escrow)) == (60, 30, 30)
        assert balances(payers) == [10, 20, 0]
        assert not PendingCredit.objects.exists()
    assert verify_ledger() == []


def test_against_a_late_purchase_of_the_same_payer_and_of_another(moving):
    for _ in range(ROUNDS):
        escrow, [payer] = paid_escrow([10])
        richer, other = make_user(coins=5), make_user(coins=7)
        pay_in(escrow, richer, 2)
        buying = [partial(pay_in, escrow, richer, 3), partial(pay_in, escrow, other, 7)]
        race(*shuffled(*buying, partial(give_back_payers, escrow, [payer, richer])))
        held = paid_by(escrow_id=escrow.pk, user_id=richer.pk)
        assert held in (0, 3)
        assert balances([payer, richer, other]) == [10, 5 - held, 0]
        give_back_payers(escrow, [richer])
        pay_out(escrow)
        assert (settled(escrow), balances([payer, richer, other])) == (7, [10, 5, 0])
    assert verify_ledger() == []


def test_against_a_late_purchase_and_the_payout_no_coin_is_left_between(moving):
    for _ in range(ROUNDS):
        escrow, [payer] = paid_escrow([10])
        late = make_user(coins=7)
        refund, buy = partial(give_back_payers, escrow, [payer, late]), partial(pay_in, escrow, late, 7)
        outcomes = race(*shuffled(refund, buy, partial(pay_out, escrow)))
        assert all(isinstance(each, EscrowClosed) for each in outcomes if isinstance(each, Exception))
        assert settled(escrow) + sum(balances([payer, late])) == 17
        assert not PendingCredit.objects.exists()
    assert verify_ledger() == []


def test_of_many_refunds_of_the_same_payer_one_gives_back(moving):
    for _ in range(ROUNDS):
        escrow, payers = paid_escrow([10, 20])
        given = race(*[partial(give_back_payers, escrow, payers[:1])] * 3)
        assert sorted(each.amount for each in given) == [0, 0, 10]
        assert balances(payers) == [10, 0]
    assert Transfer.objects.filter(kind="refund").count() == EarlyRefund.objects.count() == ROUNDS
    assert verify_ledger() == []


def test_crowds_of_several_escrows_wait_for_nobody_in_a_circle(moving):
    """Everybody pays for everything, and is refunded everywhere at the same moment."""
    for _ in range(max(ROUNDS // 5, 1)):
        payers = [make_user(coins=40) for _ in range(8)]
        worlds = [new_escrow() for _ in range(4)]
        for escrow in worlds:
            for payer in payers:
                pay_in(escrow, payer, 10)
        give_back(worlds[3])
        race(*[partial(give_back_payers, escrow, shuffled(*payers), size=3) for escrow in worlds[:3]], do_what_is_due)
        do_what_is_due()
        assert balances(payers) == [40] * 8
    assert verify_ledger() == []


def test_a_crowd_whose_refund_is_killed_half_way_is_refunded_by_calling_it_again(moving, monkeypatch):
    amounts = list(range(1, 24))
    escrow, payers = paid_escrow(amounts)
    refund_batch, calls = sql.refund_batch, []

    def dying(wanted):
        calls.append(wanted)
        given = refund_batch(wanted)
        if len(calls) == 3:
            raise Killed
        return given

    monkeypatch.setattr(sql, "refund_batch", dying)
    with pytest.raises(Killed):
        give_back_payers(escrow, payers, size=5)
    assert sum(1 for each in balances(payers) if each) == 10
    assert verify_ledger() == []
    again = give_back_payers(escrow, payers, size=5)
    assert (len(again.payers), balances(payers), coins_in(escrow)) == (13, amounts, 0)
    told = EventRecord.objects.filter(name="escrow.refunded").values_list("payload__amount", flat=True)
    assert sum(told) == sum(amounts)
    assert verify_ledger() == []
