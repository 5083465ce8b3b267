"""The upgrade to the coins by payer, while processes of the previous release go on counting and refunding."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from tests.support.escrows import give_back_payers, paid_escrow, pay_in, post
from tests.support.people import give_coins
from wallet import selectors
from wallet.verification import verify_ledger

pytestmark = pytest.mark.django_db(transaction=True)

BEFORE, TABLE, FILLED = (
    ("wallet", name) for name in ("0007_account_version", "0008_payer_totals", "0009_fill_payer_totals")
)


@pytest.fixture
def to():
    """Migrate to a step; afterwards, everything is migrated again."""

    def migrate(step):
        MigrationExecutor(connection).migrate([step])

    yield migrate
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


def happens(escrow, payers):
    """Count a payment, refund a payer of another, and leave a payment waiting."""
    with transaction.atomic():
        post(escrow, limit=1)
    give_back_payers(escrow, payers[:1])
    give_coins(payers[1], 7)
    pay_in(escrow, payers[1], 7)


def test_whatever_happens_between_the_steps_the_totals_are_right_in_the_end(moving, to):
    to(BEFORE)
    worlds = [paid_escrow([10, 20, 30]) for _ in range(3)]
    for step, (escrow, payers) in zip((BEFORE, TABLE, FILLED), worlds, strict=True):
        to(step)
        happens(escrow, payers)
    assert verify_ledger() == []
    for escrow, [_, second, third] in worlds:
        assert selectors.breakdown_of(escrow_id=escrow.pk, limit=9) == {second.pk: 27, third.pk: 30}


def test_the_way_back_leaves_nothing_that_refuses_a_payment(moving, to):
    escrow, payers = paid_escrow([10, 20])
    to(BEFORE)
    happens(escrow, payers)
    to(FILLED)
    assert verify_ledger() == []
