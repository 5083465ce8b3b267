"""Queries of goals, of what was paid for them, and of what is overdue."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import BigIntegerField, CharField, F, OuterRef, Q, QuerySet, Subquery, Sum, Value, Window
from django.db.models.functions import Coalesce, Concat, RowNumber

from goals import escrow_ids
from goals.errors import GoalNotFound
from goals.models import Contribution, Goal
from goals.types import types_by_grace
from livestream.models import EventRecord
from wallet import selectors as wallet_selectors
from wallet.models import PendingCredit, Transfer


def goals() -> QuerySet[Goal]:
    """Return all goals, ready to be represented without further queries.

    Each carries `waiting`, the coins that were paid and are not counted yet: a buyer sees
    their own tickets at once.
    """
    escrow_id = Concat(Value(escrow_ids.show_funding("")), OuterRef("id"), output_field=CharField())
    pending = PendingCredit.objects.filter(account_id=escrow_id).order_by().values("account_id")
    total = pending.annotate(total=Sum("amount")).values("total")
    waiting = Coalesce(Subquery(total, output_field=BigIntegerField()), 0)
    return Goal.objects.select_related("ticket_product").annotate(waiting=waiting)


def get_goal(goal_id: str) -> Goal:
    """Return one goal; raises GoalNotFound."""
    goal = goals().filter(pk=goal_id).first()
    if goal is None:
        raise GoalNotFound(f"There is no goal {goal_id}.")
    return goal


def active_goals_of_session(session_id: str) -> list[Goal]:
    """Return the goals that are active in a session, oldest first."""
    return list(goals().filter(session_id=session_id, active=True).order_by("created_at", "id"))


def ids_of_goals_not_over(*, session_id: str) -> list[str]:
    """Return the ids of a session's goals that are active or scheduled, oldest first."""
    rows = Goal.objects.filter(session_id=session_id, ended_at=None)
    return list(rows.order_by("created_at", "id").values_list("id", flat=True))


def goals_of_escrow(*, escrow_id: str) -> QuerySet[Goal]:
    """Return the goals whose money an escrow holds: the one it is named after, and the one that goal led to."""
    first = escrow_ids.goal_of(escrow_id)
    return Goal.objects.filter(Q(pk=first) | Q(funding_goal_id=first) | Q(trigger_goal_id=first))


def contributions_of(*, goal_id: str) -> QuerySet[Contribution]:
    """Return the purchases of a funding goal."""
    return Contribution.objects.filter(goal_id=goal_id)


def ticket_holders(*, goal_id: str, after: str = "", limit: int = 1000) -> list[str]:
    """Return the users who paid for a funding goal or its show, by id, `limit` at a time."""
    escrow_id = Goal.objects.get(pk=goal_id).escrow_id
    return wallet_selectors.payers_of(escrow_id=str(escrow_id), after=after, limit=limit)


def top_contributors(*, goal_id: str, limit: int) -> list[tuple[str, int]]:
    """Return who paid most for a goal, and how many coins each."""
    escrow_id = Goal.objects.get(pk=goal_id).escrow_id
    return wallet_selectors.top_payers(escrow_id=str(escrow_id), limit=limit)


def paid_by(*, goal: Goal, user_id: str) -> int:
    """Return the coins that one user paid for a goal."""
    escrow_id = goal.escrow_id
    return wallet_selectors.paid_by(escrow_id=escrow_id, user_id=user_id) if escrow_id else 0


def breakdowns(
    *, escrow_ids: Collection[str], limit: int, payer_id: str | None = None
) -> dict[str | None, dict[str, int]]:
    """Return by escrow who paid how many coins, most first: `limit` payers each, or one payer alone.

    It is one query for all of the escrows, and none for no escrow.
    """
    if not escrow_ids:
        return {}
    held = Transfer.objects.filter(credit_id__in=escrow_ids, kind=Transfer.Kind.HOLD)
    if payer_id is not None:
        held = held.filter(debit_id=payer_id)
    paid = held.order_by().values("credit_id", "debit_id").annotate(paid=Sum("amount"))
    place = Window(RowNumber(), partition_by=F("credit_id"), order_by=[F("paid").desc(), F("debit_id")])
    rows = paid.annotate(place=place).filter(place__lte=limit).order_by("credit_id", "place")
    found: dict[str | None, dict[str, int]] = {}
    for escrow_id, payer, coins in rows.values_list("credit_id", "debit_id", "paid"):
        found.setdefault(escrow_id, {})[payer] = coins
    return found


def overdue_to_start(*, before: datetime) -> QuerySet[Goal]:
    """Return scheduled goals whose `nbf` passed before `before`."""
    return Goal.objects.filter(active=False, ended_at=None, nbf__lt=before)


def overdue_to_end(*, before: datetime) -> QuerySet[Goal]:
    """Return active goals whose `exp` passed before `before`."""
    return Goal.objects.filter(active=True, exp__lt=before)


def outliving_their_session(*, before: datetime) -> QuerySet[Goal]:
    """Return goals that have not ended, although the grace period after their session ended before `before`."""
    over = Q()
    for grace, types in types_by_grace().items():
        over |= Q(type__in=types, session__ended_at__lt=before - grace)
    return Goal.objects.filter(over, ended_at=None, session__active=False)


def events_of(*, goal_id: str) -> QuerySet[EventRecord]:
    """Return the log of a goal."""
    return EventRecord.objects.filter(goal_id=goal_id)
