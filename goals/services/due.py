"""What should have happened by now: finding it, and finishing it (spec section 9, `settle_escrows`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import assert_never

from django.db import transaction
from django.db.models import QuerySet

from goals import escrow_ids, selectors
from goals.endings import EndedBecause
from goals.models import Goal
from goals.services import counting, lifecycle, sales, settlement
from goals.types import Settlement
from livestream.outbox import Urgency, durable
from livestream.outbox.performing import drain
from livestream.storage.conflicts import retried
from livestream.storage.keyset import iterate
from wallet import selectors as wallet_selectors
from wallet.models import Escrow, PendingCredit
from wallet.services import recovery

Act = Callable[..., object]


@dataclass(frozen=True, slots=True)
class Due:
    """One thing to do: in words, to which goal or escrow, and how."""

    what: str
    subjects: tuple[str, ...]
    act: Callable[[datetime], object]


def find_due(*, before: datetime, escrow_id: str | None = None, although_closed: bool = False) -> Iterator[Due]:
    """Iterate over what was due before `before`, of all goals and escrows or of one escrow.

    Money that is owed to a closed account is due only with `although_closed`.

    Goals come first, since their end decides about escrows. Each one is looked for when the caller asks for
    it, so that what the caller has finished before is not found again.
    """
    yield from _overdue_goals(before, escrow_id)
    yield from _uncounted(before, escrow_id)
    for escrow in _chosen(Escrow.objects.filter(state=Escrow.State.OPEN), escrow_id):
        yield from _undecided(escrow, before)
    for escrow in recovery.unfinished(before=before, although_closed=although_closed):
        if escrow_id in (None, escrow.escrow_id):
            resume = partial(
                _without_time, recovery.resume, escrow_id=escrow.escrow_id, although_closed=although_closed
            )
            yield Due(f"finish what was {escrow.state}", (escrow.escrow_id,), resume)


@durable(urgency=Urgency.MONEY, subject="escrow_id")
def settle_due_escrow(now: datetime, *, escrow_id: str) -> None:
    """Settle an escrow whose goals are over, or resume it where it was decided and not finished.

    It is idempotent, also beside the tasks that normally do it. Money that is owed to a closed account is
    left to support.
    """
    escrow = Escrow.objects.get(pk=escrow_id)
    if escrow.state == Escrow.State.OPEN:
        for due in list(_undecided(escrow, now)):
            due.act(now)
    elif escrow.settled_at is None and not wallet_selectors.waits_for_account(escrow=escrow):
        recovery.resume(escrow_id=escrow_id)


def finish(*, due: Due, now: datetime) -> None:
    """Do what is due, and all that follows from it, as far as it calls no network.

    Safe to repeat, and beside workers that do the same: a goal ends once and an escrow is
    decided once.
    """
    _do(due, now)
    drain(subjects=due.subjects)


@retried
def _do(due: Due, now: datetime) -> None:
    with transaction.atomic():
        due.act(now)


def _overdue_goals(before: datetime, escrow_id: str | None) -> Iterator[Due]:
    expire = partial(lifecycle.deactivate_goal, because=EndedBecause.EXPIRED)
    end_with_session = partial(lifecycle.deactivate_goal, because=EndedBecause.SESSION_ENDED)
    overdue: tuple[tuple[str, QuerySet[Goal], Act], ...] = (
        ("start a goal", selectors.overdue_to_start(before=before), lifecycle.activate_goal),
        ("end a goal", selectors.overdue_to_end(before=before), expire),
        ("end a goal whose session is over", selectors.outliving_their_session(before=before), end_with_session),
    )
    for what, goals, act in overdue:
        chosen = goals & selectors.goals_of_escrow(escrow_id=escrow_id) if escrow_id else goals
        for goal in iterate(chosen, by="id"):
            yield _of_goal(what, goal, act)


def _uncounted(before: datetime, escrow_id: str | None) -> Iterator[Due]:
    waiting = PendingCredit.objects.filter(created_at__lt=before)
    if escrow_id is not None:
        waiting = waiting.filter(account_id=escrow_id)
    for account_id in waiting.order_by("account_id").values_list("account_id", flat=True).distinct():
        count = partial(_without_time, counting.count_all_contributions, escrow_id=account_id)
        yield Due("count tickets", (account_id, escrow_ids.goal_of(account_id)), count)


def _undecided(escrow: Escrow, before: datetime) -> Iterator[Due]:
    """Yield what is to be done about an open escrow whose goals are over, if anything."""
    goal = first_goals().filter(pk=escrow_ids.goal_of(escrow.escrow_id)).first()
    if goal is not None:
        yield from of_ended(goal=goal, before=before)


def first_goals() -> QuerySet[Goal]:
    """Return the query for the goals that escrows are named after, joined with the goals they led to."""
    return Goal.objects.select_related("show_goal", "exclusive_goal", "session")


def of_ended(*, goal: Goal, before: datetime) -> Iterator[Due]:
    """Yield what is to be done about the open escrow of one of `first_goals`, if its goals ended before `before`."""
    last = goal.show_goal or goal.exclusive_goal or goal
    if last.ended_at is None or last.ended_at >= before:
        return
    settled_by = last.facts.settled_by
    match settled_by:
        case Settlement.SHOW:
            yield from _of_show(last, before)
        case Settlement.PRIVATE:
            yield _of_goal("settle a private show", last, settlement.settle_private)
        case Settlement.ONE_ON_ONE if last.reached:
            yield _of_goal("pay a 1-on-1 out", last, settlement.pay_exclusive_out)
        case Settlement.ONE_ON_ONE:
            yield _of_goal("give a 1-on-1 back", last, settlement.check_trigger_exclusive_goal_refundable)
        case Settlement.NONE:
            return
        case _:
            assert_never(settled_by)


def _of_show(last: Goal, before: datetime) -> Iterator[Due]:
    if not last.reached:
        yield Due("refund a show", _subjects(last), partial(_without_time, settlement.refund_show, goal_id=last.id))
    elif last.facts.performed:
        yield _of_goal("pay a show out", last, settlement.pay_show_out)
    elif last.start_by and last.start_by < before:
        yield _of_goal("refund a show that was not started in time", last, sales.check_show_started)
    elif last.session.ended_at and last.session.ended_at < before:  # until then its show can be made
        yield _of_goal("refund a show that was never made", last, settlement.check_funding_goal_refundable)


def _chosen(escrows: QuerySet[Escrow], escrow_id: str | None) -> Iterator[Escrow]:
    return iterate(escrows.filter(pk=escrow_id) if escrow_id else escrows, by="escrow_id")


def _of_goal(what: str, goal: Goal, service: Act) -> Due:
    return Due(what, _subjects(goal), lambda now: service(goal_id=goal.id, now=now))


def _subjects(goal: Goal) -> tuple[str, ...]:
    return (goal.id, goal.escrow_id) if goal.escrow_id else (goal.id,)


def _without_time(service: Act, _: datetime, **about: str | bool) -> object:
    return service(**about)
