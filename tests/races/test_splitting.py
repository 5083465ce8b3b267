"""Split, payout, refund and late money at the same moment: one decision, and no coin left between."""

from __future__ import annotations

from functools import partial

import pytest

from livestream import clock
from tests.races.rounds import ROUNDS, do_what_is_due, race
from tests.support.escrows import balances, give_back, paid_escrow, pay_out
from wallet.selectors import balance_of, payments_held
from wallet.services import splits
from wallet.verification import verify_ledger

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

PAID = {"completed": 100, "refunded": 0, "split": 33}


def test_of_split_payout_and_refund_exactly_one_is_done(moving):
    for _ in range(ROUNDS):
        escrow, [viewer] = paid_escrow([100])
        kept = {each.transfer_id: 33 for each in payments_held(escrow_id=escrow.escrow_id)}
        to_split = partial(splits.escrow_split, escrow_id=escrow.escrow_id, kept=kept, now=clock.now())
        outcomes = race(to_split, to_split, partial(pay_out, escrow), partial(give_back, escrow))
        assert sorted(outcomes) == [False, False, False, True]
        do_what_is_due()
        escrow.refresh_from_db()
        assert escrow.settled_at is not None
        paid = PAID[escrow.state]
        assert [balance_of(user_id=escrow.user_id), *balances([viewer])] == [paid, 100 - paid]
    assert verify_ledger() == []
