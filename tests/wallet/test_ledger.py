"""Whatever is done to a ledger in whatever order, no coin is lost, doubled or invented."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from django.db import transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from livestream import clock
from livestream.errors import DomainError
from livestream.models import OutboxMessage, User
from tests.support import escrows as act
from tests.support.outbox import perform, run_due
from tests.support.people import make_user
from tests.support.rounds import rounds
from wallet.errors import EscrowClosed, InsufficientBalance, TransferConflict
from wallet.models import Account, Earning, Escrow, PendingCredit
from wallet.services import escrows, posting, transfers
from wallet.verification import verify_ledger

amounts = st.integers(1, 60)
payers = st.integers(0, 2)
places = st.integers(0, 2)
names = st.integers(0, 5)


@dataclass
class Modelled:
    """What an escrow should be, in plain Python."""

    row: Escrow
    paid: Counter[int] = field(default_factory=Counter)
    state: str = "open"
    accepts: bool = True

    @property
    def total(self) -> int:
        return sum(self.paid.values())


class Ledger(RuleBasedStateMachine):
    """Deposits, payments, counting, payouts and refunds, and a model that says who owns what."""

    @initialize()
    def open_everything(self) -> None:
        self.undone = transaction.atomic()
        self.undone.__enter__()
        self.frozen = clock.frozen()
        self.moving = self.frozen.__enter__()
        self.users: list[User] = [make_user() for _ in range(3)]
        self.coins = [0, 0, 0]
        self.streamer = make_user()
        self.escrows = [Modelled(act.new_escrow(streamer=self.streamer)) for _ in range(3)]
        self.known: dict[str, tuple[object, ...]] = {}
        self.done: set[str] = set()

    @rule(payer=payers, amount=amounts, name=names)
    def deposit(self, payer: int, amount: int, name: int) -> None:
        def do() -> bool:
            user_id = self.users[payer].pk
            return transfers.deposit(user_id=user_id, amount=amount, transfer_id=f"d{name}", now=clock.now())[1]

        if self._once(f"d{name}", (payer, amount), do):
            self.coins[payer] += amount

    @rule(payer=payers, place=places, amount=amounts, name=names)
    def pay_in(self, payer: int, place: int, amount: int, name: int) -> None:
        into, transfer_id = self.escrows[place], f"h{name}"
        refused = self._refusal(into, payer, amount) if transfer_id not in self.known else None

        def do() -> bool:
            return act.pay_in(into.row, self.users[payer], amount, transfer_id=transfer_id)[1]

        if refused:
            with pytest.raises(refused), transaction.atomic():
                do()
        elif self._once(transfer_id, (payer, place, amount), do):
            self.coins[payer] -= amount
            into.paid[payer] += amount

    def _refusal(self, into: Modelled, payer: int, amount: int) -> type[DomainError] | None:
        if into.state != "open" or not into.accepts:
            return EscrowClosed
        return InsufficientBalance if self.coins[payer] < amount else None

    def _once(self, transfer_id: str, content: tuple[object, ...], do: Callable[[], bool]) -> bool:
        """Do what has an id: once, again to no effect, and not at all with other content."""
        if self.known.setdefault(transfer_id, content) != content:
            with pytest.raises(TransferConflict), transaction.atomic():
                do()
            return False
        is_new = transfer_id not in self.done
        self.done.add(transfer_id)
        assert do() is is_new
        return is_new

    @rule(place=places, limit=st.integers(1, 5))
    def count(self, place: int, limit: int) -> None:
        act.post(self.escrows[place].row, limit=limit)

    @rule(limit=st.integers(1, 5))
    def count_deposits(self, limit: int) -> None:
        posting.post_deposits(limit=limit)

    @rule(place=places)
    def pay_out(self, place: int) -> None:
        self._decide(self.escrows[place], "completed", act.pay_out)

    @rule(place=places)
    def give_back(self, place: int) -> None:
        self._decide(self.escrows[place], "refunded", act.give_back)

    def _decide(self, escrow: Modelled, state: str, decide: Callable[[Escrow], bool]) -> None:
        assert decide(escrow.row) is (escrow.state == "open")
        if escrow.state == "open":
            escrow.state = state

    @rule(place=places, size=st.integers(1, 3))
    def give_a_chunk_back(self, place: int, size: int) -> None:
        paid = act.give_back_chunk(self.escrows[place].row, size)
        assert paid <= size
        assert not paid or self.escrows[place].state == "refunded"

    @rule(place=places, which=st.integers(0, 4), times=st.integers(1, 2))
    def do_some_of_the_stored_work(self, place: int, which: int, times: int) -> None:
        waiting = OutboxMessage.objects.filter(subject=self.escrows[place].row.escrow_id).order_by("actor", "eta")
        for message in waiting[which : which + 1]:
            for _ in range(times):  # a second delivery finds nothing
                perform(message.id)

    @rule(place=places)
    def stop_taking_money(self, place: int) -> None:
        escrows.set_accepts_until(escrow_id=self.escrows[place].row.escrow_id, until=clock.now())
        self.escrows[place].accepts = False

    @rule(minutes=st.integers(1, 90))
    def let_time_pass(self, minutes: int) -> None:
        self.moving.advance(seconds=60 * minutes)

    @invariant()
    def the_ledger_proves_itself(self) -> None:
        if hasattr(self, "escrows"):
            assert verify_ledger() == []

    @invariant()
    def each_escrow_ends_once_and_as_it_was_decided(self) -> None:
        for escrow in getattr(self, "escrows", []):
            escrow.row.refresh_from_db()
            assert (escrow.row.state, escrow.row.settled_at and escrow.state) in {
                (escrow.state, None),
                (escrow.state, escrow.state if escrow.state != "open" else None),
            }

    @invariant()
    def nobody_owns_more_than_the_model_says(self) -> None:
        if hasattr(self, "escrows"):
            owed = Counter({n: sum(e.paid[n] for e in self.escrows if e.state == "refunded") for n in range(3)})
            for number, found in enumerate(act.balances(self.users)):
                assert self.coins[number] <= found <= self.coins[number] + owed[number]

    def teardown(self) -> None:
        if not hasattr(self, "escrows"):
            return
        try:
            self.finish()
        finally:
            self.frozen.__exit__(None, None, None)
            transaction.set_rollback(True)
            self.undone.__exit__(None, None, None)

    def finish(self) -> None:
        """Do all that is left: then everybody has exactly what the model says."""
        run_due(sweeps=False)
        for number, found in enumerate(act.balances(self.users)):
            back = sum(escrow.paid[number] for escrow in self.escrows if escrow.state == "refunded")
            assert found == self.coins[number] + back
        earned = sum(escrow.total for escrow in self.escrows if escrow.state == "completed")
        assert act.balances([self.streamer]) == [earned]
        for escrow in self.escrows:
            escrow.row.refresh_from_db()
            assert (escrow.row.settled_at is not None) == (escrow.state != "open")
        decided = [escrow.row.escrow_id for escrow in self.escrows if escrow.state != "open"]
        assert not Account.objects.filter(pk__in=decided).exclude(balance=0).exists()
        assert not PendingCredit.objects.filter(account_id__in=decided).exists()
        assert not Earning.objects.filter(escrow_id__in=decided, state="pending").exists()


@pytest.mark.django_db
def test_no_coin_is_lost_doubled_or_invented():
    run_state_machine_as_test(Ledger, settings=settings(max_examples=rounds(25), stateful_step_count=30))
