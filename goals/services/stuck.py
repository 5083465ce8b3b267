"""Stuck escrows: they are due, but no task that would settle them is pending (spec section 10)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from goals import escrow_ids
from goals.services import due
from livestream.models import OutboxMessage
from livestream.outbox import Delivery, Urgency, enqueue, sweep_transaction
from wallet import selectors
from wallet.models import Escrow

# Tasks normally settle an escrow sooner than this. What is due for longer may have lost its task.
_LATE = timedelta(seconds=10)
# After a task about an escrow became dead, the escrow is left alone for this long.
_PAUSE = timedelta(minutes=10)
PAGE = 1_000


@dataclass(frozen=True, slots=True)
class Found:
    """The stuck escrows of one page, and the id after which the next page begins ("": the first page)."""

    escrow_ids: list[str]
    after: str


def find_open(*, now: datetime, after: str = "", size: int = PAGE) -> Found:
    """Return which of the next `size` open escrows are stuck because their goals ended over ten seconds ago.

    It takes at most four queries, however many escrows are open.
    """
    page = _page(Escrow.objects.filter(state=Escrow.State.OPEN), after, size)
    of_goal = {escrow_ids.goal_of(escrow_id): escrow_id for escrow_id in page}
    subjects: dict[str, set[str]] = {}
    for goal in due.first_goals().filter(pk__in=of_goal, ended_at__lt=now - _LATE):
        for each in due.of_ended(goal=goal, before=now - _LATE):
            subjects[of_goal[goal.id]] = {goal.id, *each.subjects}
    return _without_work(subjects, page, now, size)


def find_decided(*, now: datetime, after: str = "", size: int = PAGE) -> Found:
    """Return which of the next `size` unsettled escrows are stuck: they were decided over ten seconds ago.

    Escrows that wait for a closed account are left to support. It takes at most three queries.
    """
    waiting = selectors.waiting_for_account()
    unsettled = selectors.unsettled_escrows(before=now - _LATE).exclude(pk__in=waiting.values("pk"))
    page = _page(unsettled, after, size)
    return _without_work({escrow_id: {escrow_id} for escrow_id in page}, page, now, size)


def enqueue_settling(*, escrow_id: str) -> None:
    """Enqueue the task that settles what is due of one escrow, in a transaction of its own."""
    with sweep_transaction():
        enqueue(due.settle_due_escrow, Delivery(key=escrow_id, pending="keep"), escrow_id=escrow_id)


def _page(escrows: QuerySet[Escrow], after: str, size: int) -> list[str]:
    return list(escrows.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:size])


def _without_work(subjects: dict[str, set[str]], page: list[str], now: datetime, size: int) -> Found:
    """Leave out the escrows about which a task is pending, or became dead within the last ten minutes.

    `subjects` are the ids of each escrow and its goals. A task about a goal counts only at its first attempt
    or while it runs: it may have nothing to do with money, and must not delay it.
    """
    about = set().union(*subjects.values())
    tasks = OutboxMessage.objects.filter(subject__in=about, failed_at=None, eta__lte=now)
    counting = Q(subject__in=list(subjects)) | Q(attempts=0) | Q(running_until__gt=now)
    tasks = tasks.filter(counting, urgency__lte=Urgency.LIFECYCLE)
    busy = set(tasks.values_list("subject", flat=True).distinct()) if about else set()
    busy |= _with_dead_task(set(subjects), now)
    stuck = [escrow_id for escrow_id, its in subjects.items() if not its & busy]
    return Found(sorted(stuck), page[-1] if len(page) == size else "")


def _with_dead_task(about: set[str], now: datetime) -> set[str]:
    """Return those of these escrows about which a task became dead lately: a new task would soon fail as well."""
    dead = OutboxMessage.objects.filter(subject__in=about, failed_at__gt=now - _PAUSE)
    return set(dead.values_list("subject", flat=True)) if about else set()
