"""Who paid what for which goal, kept beside the ledger, and where it must be in the end."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from goals import escrow_ids
from goals.models import Goal
from goals.types import GoalType
from livestream.models import User
from wallet.models import Escrow
from wallet.selectors import balance_of

State = Escrow.State


class Purse:
    """Remembers payments by goal, and which invitations the streamer agreed to."""

    def __init__(self, viewers: Iterable[User]) -> None:
        self.first = {viewer.pk: balance_of(user_id=viewer.pk) for viewer in viewers}
        self.paid: dict[str, Counter[str]] = defaultdict(Counter)
        self.agreed: set[str] = set()
        self.decided: dict[str, str] = {}

    def note(self, goal_id: str, viewer_id: str, amount: int) -> None:
        """Note that the viewer paid so many coins for the goal."""
        self.paid[goal_id][viewer_id] += amount

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
            part, whole = self._earned(goal)
            payers = self.paid[goal.id]
            share = payers.total() * part // whole
            assert (escrow.state, escrow.received) == (_state(part, whole), payers.total()), goal.id
            assert escrow.settled_at is not None, goal.id
            wanted[goal.streamer_id] += share
            wanted.subtract(payers)
            if share < payers.total():
                wanted.update({payer: paid - share for payer, paid in payers.items()})
        found = {user_id: balance_of(user_id=user_id) for user_id in wanted}
        assert found == dict(wanted)

    def _earned(self, goal: Goal) -> tuple[int, int]:
        """Return which share of the goal's money is the streamer's."""
        if goal.type == GoalType.TRIGGER_PRIVATE:
            return int(goal.id in self.agreed), 1
        if goal.type == GoalType.FUNDING:
            return int(goal.show_goal is not None and goal.show_goal.reached), 1
        done = goal.exclusive_goal
        assert (done is not None) == (goal.id in self.agreed), goal.id
        return (done.progress, done.target) if done else (0, 1)


def _state(part: int, whole: int) -> str:
    if part in (0, whole):
        return State.COMPLETED if part else State.REFUNDED
    return State.SPLIT
