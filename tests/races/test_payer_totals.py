"""The coins by payer that are kept, while everything that moves an escrow's money happens at the same moment."""

from __future__ import annotations

import random
from functools import partial
from importlib import import_module

import pytest
from django.apps import apps
from django.db import transaction

from tests.races.rounds import ROUNDS, do_what_is_due, race
from tests.support.escrows import (
    give_back,
    give_back_payers,
    give_back_payments,
    new_escrow,
    pay_in,
    pay_out,
    post,
    split,
)
from tests.support.people import make_user
from wallet import selectors
from wallet.models import PayerTotal
from wallet.verification import verify_ledger

pytestmark = pytest.mark.django_db(transaction=True)

MIGRATION = import_module("wallet.migrations.0009_fill_payer_totals")
FEW = max(ROUNDS // 5, 1)


def some(most):
    """Return a number from 0 to `most` by chance."""
    return random.sample(range(most + 1), 1)[0]


def counting(escrow):
    with transaction.atomic():
        return post(escrow, limit=1 + some(3)).amount


def reading(escrow):
    """Read who paid how much, as it is kept."""
    return selectors.breakdown_of(escrow_id=escrow.pk, limit=100)


def cutting(escrow):
    """Refund a part of a payment that is held, by chance."""
    held = selectors.payments_held(escrow_id=escrow.pk)
    chosen = random.sample(held, min(len(held), 2))
    return give_back_payments(escrow, {each.transfer_id: some(each.amount) for each in chosen})


def splitting(escrow):
    held = selectors.payments_held(escrow_id=escrow.pk)
    return split(escrow, {each.transfer_id: some(each.amount) for each in held})


def crowd():
    """Open an escrow that some people have paid into, and give them coins to pay more."""
    escrow, payers = new_escrow(), [make_user(coins=100) for _ in range(4)]
    for payer in payers:
        pay_in(escrow, payer, 1 + some(19))
    return escrow, payers


def life_of(escrow, payers):
    """Return what happens to an escrow before its end, in any order."""
    buying = [partial(pay_in, escrow, payers[some(3)], 1 + some(19)) for _ in range(2)]
    refunding = [partial(give_back_payers, escrow, random.sample(payers, 2)), partial(cutting, escrow)]
    return [*buying, *refunding, partial(counting, escrow), partial(counting, escrow), partial(reading, escrow)]


def check(escrow):
    """See that what is kept is the sum of the transfers."""
    summed = dict(selectors.held_by_payer(escrow_id=escrow.pk))
    assert reading(escrow) == summed
    assert selectors.payers_of(escrow_id=escrow.pk) == sorted(summed)


@pytest.mark.parametrize("end", [pay_out, give_back, splitting])
def test_it_is_the_sum_of_the_transfers_at_any_moment(moving, end):
    for _ in range(FEW):
        escrow, payers = crowd()
        acts = life_of(escrow, payers)
        race(*random.sample(acts, len(acts)))
        check(escrow)
        acts = [partial(end, escrow), *life_of(escrow, payers)]
        race(*random.sample(acts, len(acts)))
        do_what_is_due()
        check(escrow)
    assert verify_ledger() == []


def test_a_reader_sees_a_payment_once_while_it_is_counted(moving):
    for _ in range(FEW):
        escrow, payers = crowd()
        expected = dict(selectors.held_by_payer(escrow_id=escrow.pk))
        readers = [partial(reading, escrow)] * 4
        own = partial(selectors.coins_of_each, escrow_id=escrow.pk, payer_ids=[each.pk for each in payers])
        seen = race(*random.sample([*readers, own, partial(counting, escrow)], 6))
        assert [each for each in seen if isinstance(each, dict) and each != expected] == []


def test_the_migration_fills_while_all_of_it_goes_on(moving):
    for _ in range(FEW):
        escrow, payers = crowd()
        counting(escrow)
        PayerTotal.objects.all().delete()  # as it was before there were triggers
        race(partial(MIGRATION.fill, apps, None), *life_of(escrow, payers))
        check(escrow)
    assert verify_ledger() == []
