"""Who paid what for which goal, kept beside the ledger, and where it must be in the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from goals import escrow_ids
from goals.endings import Outcome
from goals.models import Goal, PerformanceInterval
from goals.types import GoalType
from livestream.models import User
from wallet.models import Escrow
from wallet.selectors import balance_of

State = Escrow.State


@dataclass
class Payment:
    """One payment: of whom, for what, and for how many seconds where it is a block of time.

    `lost_at` is when its payer was kept from what it was for: given back, blocked or closed.
    """

    goal_id: str
    payer_id: str
    amount: int
    at: datetime
    duration: int = 0
    transfer_id: str = ""
    lost_at: datetime | None = None


class Purse:
    """Remembers payments, and what their payers were kept from. It asks no selector of the product."""

    def __init__(self, viewers: Iterable[User]) -> None:
        self.first = {viewer.pk: balance_of(user_id=viewer.pk) for viewer in viewers}
        self.payments: list[Payment] = []
        self.agreed: set[str] = set()
        self.decided: dict[str, str] = {}

    def note(self, payment: Payment) -> None:
        """Note a payment."""
        self.payments.append(payment)

    def lose(self, goal_ids: Iterable[str], payer_id: str, at: datetime) -> None:
        """Note that from now on a payer is kept from what these goals are for."""
        wanted = set(goal_ids)
        for payment in self.payments:
            if payment.goal_id in wanted and payment.payer_id == payer_id and payment.lost_at is None:
                payment.lost_at = at

    def give_back(self, transfer_id: str, at: datetime) -> None:
        """Note that a ticket was given back."""
        for payment in self.payments:
            if payment.transfer_id == transfer_id and payment.lost_at is None:
                payment.lost_at = at

    def check_decisions(self) -> None:
        """An escrow is open, or was decided once and stays so."""
        for escrow_id, state in Escrow.objects.exclude(state=State.OPEN).values_list("escrow_id", "state"):
            before = self.decided.setdefault(escrow_id, state)
            assert state == before, f"{escrow_id} was {before} and is {state}"
        assert not Escrow.objects.filter(pk__in=self.decided, state=State.OPEN).exists()

    def check_all_settled(self) -> None:
        """Every coin is with the streamer who earned it, or back with who paid it."""
        wanted = Counter(self.first)
        for escrow in Escrow.objects.all():
            goal = Goal.objects.get(pk=escrow_ids.goal_of(escrow.escrow_id))
            payments = [each for each in self.payments if each.goal_id == goal.id]
            assert escrow.received == sum(each.amount for each in payments), goal.id
            assert escrow.settled_at is not None, goal.id
            for payment, kept in self._kept(goal, payments):
                assert 0 <= kept <= payment.amount, (goal.id, payment)
                wanted[goal.streamer_id] += kept
                wanted[payment.payer_id] -= kept
        found = {user_id: balance_of(user_id=user_id) for user_id in wanted}
        assert found == dict(wanted)

    def _kept(self, goal: Goal, payments: list[Payment]) -> Iterator[tuple[Payment, int]]:
        """Return how much of each payment is the streamer's."""
        if goal.type == GoalType.FUNDING:
            show = goal.show_goal
            performed = show is not None and show.outcome == Outcome.COMPLETED
            for payment in payments:
                yield payment, payment.amount if performed and payment.lost_at is None else 0
        elif goal.type == GoalType.TRIGGER_PRIVATE:
            yield from self._kept_of_private(goal, payments)
        else:
            yield from self._kept_of_one_on_one(goal, payments)

    def _kept_of_private(self, goal: Goal, payments: list[Payment]) -> Iterator[tuple[Payment, int]]:
        """Each block is a span of time, and is paid by the seconds of it in which the streamer performed."""
        assert (goal.agreed_at is not None) == (goal.id in self.agreed), goal.id
        ends: dict[str, datetime] = {}
        for payment in payments:
            if goal.agreed_at is None or (payment.lost_at and payment.lost_at < goal.agreed_at):
                yield payment, 0
                continue
            start = max(goal.agreed_at, payment.at, ends.get(payment.payer_id, goal.agreed_at))
            end = start + timedelta(seconds=payment.duration)
            ends[payment.payer_id] = end
            until = min(each for each in (end, payment.lost_at, goal.ended_at) if each)
            seconds = _on_stage(goal, start, until)
            yield payment, payment.amount * seconds // payment.duration

    def _kept_of_one_on_one(self, goal: Goal, payments: list[Payment]) -> Iterator[tuple[Payment, int]]:
        """The seconds that were performed use up the payments, one after the other."""
        done = goal.exclusive_goal
        assert (done is not None) == (goal.id in self.agreed), goal.id
        left = done.progress if done else 0
        for payment in payments:
            if payment.lost_at and (done is None or payment.lost_at < done.created_at):
                yield payment, 0
                continue
            yield payment, payment.amount * min(left, payment.duration) // payment.duration
            left = max(left - payment.duration, 0)


def _on_stage(goal: Goal, start: datetime, end: datetime) -> int:
    total = timedelta()
    for each in PerformanceInterval.objects.filter(goal=goal):
        total += max(min(each.closed_at or end, end) - max(each.opened_at, start), timedelta())
    return total // timedelta(seconds=1)
