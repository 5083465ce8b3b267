"""Lives of escrows by chance: whatever is paid, counted and given back before the end, no coin is lost or doubled."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from livestream import clock
from livestream.models import User
from tests.support.escrows import (
    balances,
    coins_in,
    give_back,
    give_back_payers,
    give_back_payments,
    new_escrow,
    paid_by,
    pay_in,
    pay_out,
    post,
    split,
)
from tests.support.outbox import run_due
from tests.support.people import make_user
from tests.support.rounds import rounds
from wallet import selectors
from wallet.selectors import balance_of
from wallet.verification import verify_ledger

pytestmark = pytest.mark.django_db

COINS = 10**6
people = st.integers(0, 2)
parts = st.floats(0, 1)
acts = st.one_of(
    st.tuples(st.just("pay"), people, st.integers(1, 1000)),
    st.tuples(st.just("count"), st.integers(1, 3)),
    st.tuples(st.just("an hour passes")),
    st.tuples(st.just("give back"), st.sets(people, min_size=1)),
    st.tuples(st.just("cut"), st.lists(st.tuples(st.integers(0, 30), parts), min_size=1, max_size=3)),
)
ends = st.one_of(
    st.just(("pay out",)), st.just(("give back",)), st.tuples(st.just("split"), st.lists(parts, max_size=30))
)


@dataclass
class Paid:
    """What is expected of one payment: who made it, how many coins stayed, and whether it is held."""

    payer: User
    amount: int
    left: int
    held: bool = True


class World:
    """An escrow, and beside it what it should be."""

    def __init__(self, moving):
        self.moving, self.escrow = moving, new_escrow()
        self.payers = [make_user(coins=COINS) for _ in range(3)]
        self.payments: dict[str, Paid] = {}

    def do(self, act, *about):
        getattr(self, "_" + act.replace(" ", "_"))(*about)

    def _pay(self, who, amount):
        hold, _ = pay_in(self.escrow, self.payers[who], amount)
        self.payments[hold.pk] = Paid(self.payers[who], amount, amount)

    def _count(self, limit):
        with transaction.atomic():
            post(self.escrow, limit=limit)

    def _an_hour_passes(self):
        self.moving.advance(seconds=3600)

    def _give_back(self, who):
        wanted = [self.payers[each] for each in who]
        given = give_back_payers(self.escrow, wanted)
        back = [each for each in self.payments.values() if each.held and each.payer in wanted]
        assert given.amount == sum(each.amount for each in back)
        for each in back:
            each.left, each.held = 0, False

    def _cut(self, cuts):
        """Cut some of the payments, also such as were cut before."""
        chosen = {}
        for number, part in cuts:
            if self.payments:
                hold = list(self.payments)[number % len(self.payments)]
                chosen[hold] = int(self.payments[hold].amount * part)
        given = give_back_payments(self.escrow, chosen)
        back = 0
        for hold, kept in chosen.items():
            if (paid := self.payments[hold]).held:
                back += paid.amount - kept
                paid.left, paid.held = kept, False
        assert given.amount == back

    def check(self):
        """See that the books are what they should be, before the end."""
        assert verify_ledger() == []
        left = [sum(p.left for p in self.payments.values() if p.payer == payer) for payer in self.payers]
        paid = [sum(p.amount for p in self.payments.values() if p.payer == payer) for payer in self.payers]
        assert [paid_by(escrow_id=self.escrow.pk, user_id=each.pk) for each in self.payers] == left
        self.check_readers(dict(zip([each.pk for each in self.payers], left, strict=True)))
        expected = [COINS - amount + back for amount, back in zip(paid, self.given_back(), strict=True)]
        assert balances(self.payers) == expected
        held = {hold for hold, each in self.payments.items() if each.held}
        assert {each.transfer_id for each in selectors.payments_held(escrow_id=self.escrow.pk)} == held

    def check_readers(self, left):
        """See that what is kept by payer is the sum of the transfers, in every query that reads it."""
        about, left = {"escrow_id": self.escrow.pk}, {payer: coins for payer, coins in left.items() if coins}
        most_first = sorted(left.items(), key=lambda each: (-each[1], each[0]))
        for limit in range(1, 5):
            assert list(selectors.breakdown_of(**about, limit=limit).items()) == most_first[:limit]
            assert selectors.payers_of(**about, limit=limit) == sorted(left)[:limit]
        assert selectors.payers_of(**about, after=min(left, default="")) == sorted(left)[1:]
        assert selectors.coins_of_each(**about, payer_ids=[each.pk for each in self.payers]) == left
        assert dict(selectors.held_by_payer(**about)) == left

    def given_back(self):
        return [sum(p.amount - p.left for p in self.payments.values() if p.payer == payer) for payer in self.payers]

    def end(self, how, shares=()):
        """Decide, do what follows, and return what the streamer should have."""
        if how == "pay out":
            assert pay_out(self.escrow)
        elif how == "give back":
            assert give_back(self.escrow)
            for each in self.payments.values():
                each.left = 0
        else:
            kept = {}
            for (hold, paid), part in zip(self.payments.items(), shares, strict=False):
                kept[hold] = int(paid.amount * part)
            assert split(self.escrow, kept)
            for hold, paid in self.payments.items():
                paid.left = kept.get(hold, 0) if paid.held else paid.left
        run_due()
        return sum(each.left for each in self.payments.values())


@settings(deadline=None, max_examples=rounds(40), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(acts, max_size=10), ends)
def test_no_coin_is_lost_or_doubled_in_any_life(moving, life, how):
    with transaction.atomic():
        world = World(moving)
        for act in life:
            world.do(*act)
            world.check()
        streamer = world.end(*how)
        assert balance_of(user_id=world.escrow.user_id) == streamer
        paid = [sum(p.amount for p in world.payments.values() if p.payer == payer) for payer in world.payers]
        back = world.given_back()
        assert balances(world.payers) == [COINS - out + into for out, into in zip(paid, back, strict=True)]
        assert all(0 <= into <= out for out, into in zip(paid, back, strict=True))
        world.escrow.refresh_from_db()
        assert (coins_in(world.escrow), world.escrow.settled_at) == (0, clock.now())
        assert verify_ledger() == []
        transaction.set_rollback(True)
