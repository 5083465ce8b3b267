"""What PostgreSQL does in one call is what the statements do one by one, whatever comes in what order."""

from __future__ import annotations

import dataclasses

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from goals.endings import EndedBecause
from goals.models import Goal
from goals.services import contributions, counting, lifecycle
from livestream import clock, users
from livestream.errors import DomainError
from livestream.models import User
from tests.support.escrows import balances, give_back, new_escrow, pay_in, pay_out, post
from tests.support.people import make_funding, make_session, make_user
from tests.support.rounds import rounds
from wallet import sql
from wallet.models import PayerTotal, PendingCredit, Transfer
from wallet.services import escrows, holding, posting
from wallet.verification import verify_ledger

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]

small = st.integers(0, 2)
payments = st.tuples(st.just("pay"), st.integers(0, 5), small, small, st.integers(1, 40))
happenings = st.tuples(st.sampled_from(["count", "close", "reopen", "pay_out", "give_back", "wait"]), small)


class Wallets:
    """Payers and escrows, paid into by one of the two forms."""

    def __init__(self, hold):
        self.hold = hold
        self.payers = [make_user(coins=coins) for coins in (0, 50, 100)]
        self.escrows = [new_escrow(accepts_until=None) for _ in range(3)]
        self.mark = f"{self.payers[0].pk}:"

    def pay(self, name, payer, place, amount):
        wanted = {"transfer_id": f"{self.mark}{name}", "amount": amount}
        try:
            held, is_new = self.hold(self.payers[payer], self.escrows[place], wanted)
        except DomainError as error:
            return error.code
        return held.amount, held.kind, held.tags, held.created_at, is_new

    def happen(self, what, place, moving):
        escrow = self.escrows[place]
        if what == "count":
            return post(escrow, limit=2).amount
        if what in ("close", "reopen"):
            until = moving.at if what == "close" else None
            return escrows.set_accepts_until(escrow_id=escrow.escrow_id, until=until)
        return {"pay_out": pay_out, "give_back": give_back}[what](escrow)

    def state(self):
        rows = Transfer.objects.filter(transfer_id__startswith=self.mark).order_by("transfer_id")
        waiting = PendingCredit.objects.filter(transfer__transfer_id__startswith=self.mark).order_by("transfer_id")
        return (
            balances(self.payers),
            list(rows.values_list("amount", "kind", "tags", "created_at")),
            list(waiting.values_list("amount", "created_at")),
        )


def by_function(payer, escrow, wanted):
    return pay_in(escrow, payer, wanted["amount"], transfer_id=wanted["transfer_id"])


def by_orm(payer, escrow, wanted):
    ends = {"debit_id": payer.pk, "credit_id": escrow.escrow_id}
    with transaction.atomic():
        return holding.hold_by_orm(
            wanted=Transfer(**wanted, **ends, kind=Transfer.Kind.HOLD, tags=[], created_at=clock.now())
        )


@given(story=st.lists(st.one_of(payments, payments, happenings), min_size=5, max_size=25))
@settings(max_examples=rounds(25))
def test_payments_into_escrows_end_alike(story):
    with transaction.atomic(), clock.frozen() as moving:
        worlds = [Wallets(by_function), Wallets(by_orm)]
        for what, *details in story:
            if what == "wait":
                moving.advance(seconds=1)
            elif what == "pay":
                assert worlds[0].pay(*details) == worlds[1].pay(*details)
            else:
                assert worlds[0].happen(what, *details, moving) == worlds[1].happen(what, *details, moving)
        assert worlds[0].state() == worlds[1].state()
        assert verify_ledger() == []
        transaction.set_rollback(True)


purchases = st.tuples(
    st.just("buy"),
    st.integers(0, 3),
    st.integers(0, 3),
    st.integers(1, 3),
    st.sampled_from([None, None, 200, 400, 2**63 - 1]),
)
accounts = ["close buyer", "open buyer", "close streamer", "open streamer"]
turns = st.tuples(
    st.sampled_from(["count", "end", "reopen", "wait", "block", "unblock", "perform", "pause", *accounts])
)


class Sale:
    """A ticket sale and its buyers, of whom the last is the streamer."""

    def __init__(self, buy):
        self.goal = make_funding(make_session(), target=1000, seconds=3)
        self.buyers = [make_user(coins=coins) for coins in (0, 500, 1500)] + [self.goal.streamer]
        self.buy_by = buy

    def buy(self, key, buyer, quantity, max_price):
        try:
            receipt = self.buy_by(self.goal, self.buyers[buyer], quantity, f"key-{key}", max_price)
        except DomainError as error:
            return error.code, error.extra
        return {k: v for k, v in dataclasses.asdict(receipt).items() if not k.endswith("_id")}

    def turn(self, what, now):
        if what == "count":
            return counting.count_contributions(escrow_id=self.goal.escrow_id)
        buyer, streamer = self.buyers[2:]
        if what == "block":
            return users.block(streamer_id=streamer.pk, user_id=buyer.pk, now=now)
        if what == "unblock":
            return users.unblock(streamer_id=streamer.pk, user_id=buyer.pk)
        if what in accounts:
            whose = buyer if "buyer" in what else streamer
            return User.objects.filter(pk=whose.pk).update(is_active="open" in what)
        if what in ("perform", "pause"):
            return self._on_stage(stage_started=now, stage_paused=now if what == "pause" else None)
        if what == "end":
            return lifecycle.deactivate_goal(goal_id=self.goal.id, because=EndedBecause.SESSION_ENDED, now=now)
        return escrows.set_accepts_until(escrow_id=self.goal.escrow_id, until=None)

    def _on_stage(self, **stage):
        """Have a show of 3 s on stage, or paused, 1 s of it performed before."""
        about = {"session": self.goal.session, "streamer": self.goal.streamer, "active": True, "performed": 1}
        about["created_at"] = clock.now()
        levels = [{"title": "Show", "target": 3}]
        show, _ = Goal.objects.update_or_create(
            funding_goal_id=self.goal.id, type="show", defaults=about | {"levels": levels} | stage
        )
        Goal.objects.filter(pk=self.goal.pk).update(show_goal=show)

    def state(self):
        self.goal.refresh_from_db()
        return balances(self.buyers), self.goal.progress, self.goal.level, self.goal.outcome


def buy_by_function(goal, buyer, quantity, key, max_price):
    about = {"goal_id": goal.id, "payer_id": buyer.pk, "quantity": quantity, "max_price": max_price}
    return contributions.contribute(**about, now=clock.now(), key=key)


def buy_by_orm(goal, buyer, quantity, key, max_price):
    about = {"goal_id": goal.id, "payer_id": buyer.pk, "quantity": quantity, "max_price": max_price}
    transfer_id = contributions.transfer_id_of(goal_id=goal.id, payer_id=buyer.pk, key=key)
    return contributions.contribute_by_orm(transfer_id=transfer_id, **about, now=clock.now())


@given(story=st.lists(st.one_of(purchases, purchases, turns), min_size=5, max_size=20))
@settings(max_examples=rounds(20))
def test_purchases_of_tickets_end_alike(story):
    with transaction.atomic(), clock.frozen() as moving:
        worlds = [Sale(buy_by_function), Sale(buy_by_orm)]
        for what, *details in story:
            if what == "wait":
                moving.advance(seconds=1)
            elif what == "buy":
                assert worlds[0].buy(*details) == worlds[1].buy(*details)
            else:
                assert worlds[0].turn(what, moving.at) == worlds[1].turn(what, moving.at)
        assert worlds[0].state() == worlds[1].state()
        assert verify_ledger() == []
        transaction.set_rollback(True)


@given(st.lists(st.tuples(small, st.integers(1, 40), st.integers(0, 5000)), max_size=12), st.integers(1, 5))
@settings(max_examples=20)
def test_the_queue_is_taken_alike(paid, limit):
    with transaction.atomic(), clock.frozen() as moving:
        payers, ways = [make_user(coins=1000) for _ in range(3)], (sql.take_waiting, posting.take_by_orm)
        worlds = [new_escrow() for _ in ways]
        for payer, amount, seconds in paid:
            moving.advance(seconds=seconds)
            for escrow in worlds:
                pay_in(escrow, payers[payer], amount)
        for _ in range(len(paid) // limit + 1):
            taken = [by_payer_and_hour(take(escrow.pk, limit)) for take, escrow in zip(ways, worlds, strict=True)]
            assert taken[0] == taken[1]
            assert sum(number for _, number in taken[0].values()) <= limit
        assert not PendingCredit.objects.exists()
        first, second = (
            dict(PayerTotal.objects.filter(escrow_id=e.pk).values_list("payer_id", "coins")) for e in worlds
        )
        assert first == second
        transaction.set_rollback(True)


def by_payer_and_hour(taken):
    """Return the sums of coins and of payments; the ORM's form names each payment."""
    found = {}
    for payer_id, hour, amount, number in taken:
        coins, payments = found.get((payer_id, hour), (0, 0))
        found[payer_id, hour] = coins + amount, payments + number
    return found
