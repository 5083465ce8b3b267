"""Queries of goals, of what was paid for them, and of what is overdue."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import (
    Case,
    CharField,
    DateTimeField,
    DurationField,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Concat

from goals import escrow_ids, stage
from goals.endings import Outcome
from goals.errors import GoalNotFound
from goals.models import Block, Contribution, Goal, PerformanceInterval, TicketProduct
from goals.types import FACTS, INVITATIONS, SELLS_TICKETS, WATCHED_BY_PAYERS, types_by_grace
from livestream.models import EventRecord, User
from livestream.storage.compiled import CompiledQuery
from wallet import selectors as wallet_selectors
from wallet.models import Escrow, Transfer
from wallet.sql import WaitingCoins, WaitingPayments


def ticket_products() -> QuerySet[TicketProduct]:
    """Return the kinds of tickets that sales can offer."""
    return TicketProduct.objects.all()


def goals() -> QuerySet[Goal]:
    """Return all goals, ready to be represented without further queries.

    Each carries `waiting`, the coins that were paid and are not counted yet, and `waiting_payments`,
    how many payments they are: a buyer sees their own tickets at once, in a document with a higher version.
    `performed_before` is the time of the stretches on stage that the streamer has left.
    """
    found = Goal.objects.select_related("ticket_product", "streamer", "triggered_by")
    unread = User.columns_without_name(prefix="streamer") + User.columns_without_name(prefix="triggered_by")
    return _with_uncounted(found.defer(*unread))


def _with_uncounted(found: QuerySet[Goal]) -> QuerySet[Goal]:
    """Add `waiting`, `waiting_payments` and `performed_before` (see `goals`)."""
    escrow_id = show_escrow_id()
    return found.annotate(
        waiting=WaitingCoins(escrow_id),
        waiting_payments=WaitingPayments(escrow_id),
        performed_before=_performed_before(),
    )


def show_escrow_id() -> Concat:
    """Return the expression of the escrow of a funding goal, which is named after it."""
    return Concat(Value(escrow_ids.show_funding("")), F("id"), output_field=TextField())


# Not among them is a stretch that was closed only because the goal reached its last moment: a late webhook may still
# say when the streamer left. `time_left` counts it from `stage_started`.
STRETCH_WAS_LEFT = Q(closed_at__isnull=False) & ~Q(closed_by=stage.END)


def _performed_before() -> Subquery:
    stretches = PerformanceInterval.objects.filter(STRETCH_WAS_LEFT, goal=OuterRef("pk")).order_by()
    lengths = stretches.values("goal").annotate(total=Sum(F("closed_at") - F("opened_at"))).values("total")
    return Subquery(lengths, output_field=DurationField())


_GOAL = CompiledQuery(lambda goal_id: goals().filter(pk=goal_id))


def get_goal(goal_id: str) -> Goal:
    """Return one goal; raises GoalNotFound."""
    return _found(_GOAL.first(goal_id=goal_id), goal_id)


def _found(goal: Goal | None, goal_id: str) -> Goal:
    if goal is None:
        raise GoalNotFound("There is no goal {goal_id}.", given={"goal_id": goal_id})
    return goal


def _goal_and_coins(goal_id: str, payer_id: str) -> QuerySet[Goal]:
    # `Goal.escrow_id` as an expression.
    owner = Coalesce("funding_goal_id", "trigger_goal_id", "id", output_field=CharField())
    cases = [When(type=each.type, then=Concat(Value(each.escrow("")), owner)) for each in FACTS if each.escrow]
    found = goals().filter(pk=goal_id).alias(escrow=Case(*cases, output_field=CharField()))
    return found.annotate(coins=wallet_selectors.paid_by(escrow="escrow", payer_id=payer_id))


_GOAL_AND_COINS = CompiledQuery(_goal_and_coins)


def goal_and_coins_of(goal_id: str, *, payer_id: str) -> tuple[Goal, int]:
    """Return one goal, and the coins that a user paid for it, in one query; raises GoalNotFound."""
    goal: Any = _found(_GOAL_AND_COINS.first(goal_id=goal_id, payer_id=payer_id), goal_id)
    return goal, goal.coins


def escrow_of_goal(goal_id: str) -> str | None:
    """Return the escrow of a goal's money; None if there is no such goal, or nothing is paid for it."""
    goal = Goal.objects.filter(pk=goal_id).first()
    return goal.escrow_id if goal else None


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
    """Return the purchases of a funding goal, each with `returned`, its coins that were refunded early."""
    refund = F("transfer__early_refund__amount") - F("transfer__early_refund__kept")
    bought = Contribution.objects.filter(goal_id=goal_id).select_related("payer")
    return bought.annotate(returned=Coalesce(refund, 0))


def ticket_holders(*, goal_id: str, after: str = "", limit: int = 1000) -> list[str]:
    """Return the users who paid for a funding goal or its show, by id, `limit` at a time."""
    return payers_of(goal=Goal.objects.get(pk=goal_id), after=after, limit=limit)


def payers_of(*, goal: Goal, after: str = "", limit: int = 1000) -> list[str]:
    """Return the users who paid for a goal, in order of id, `limit` at a time."""
    return wallet_selectors.payers_of(escrow_id=goal.escrow_id, after=after, limit=limit) if goal.escrow_id else []


def top_contributors(*, goal_id: str, limit: int) -> list[tuple[str, int]]:
    """Return who paid most for a goal, and how many coins each."""
    return list(breakdown_of(goal=Goal.objects.get(pk=goal_id), limit=limit).items())


def breakdown_of(*, goal: Goal, limit: int) -> dict[str, int]:
    """Return who paid how many coins for a goal, most first, `limit` payers at most; empty where nobody pays."""
    return wallet_selectors.breakdown_of(escrow_id=goal.escrow_id, limit=limit) if goal.escrow_id else {}


def own_coins(*, goals: Iterable[Goal], payer_id: str) -> dict[str, int]:
    """Return by escrow the coins that one user paid for these goals, in one query."""
    escrow_ids = {goal.escrow_id for goal in goals if goal.escrow_id}
    return wallet_selectors.own_coins(escrow_ids=escrow_ids, payer_id=payer_id)


def paid_by_each(*, goal: Goal, payer_ids: Collection[str]) -> dict[str, int]:
    """Return the coins that each of these users paid for a goal; users who paid nothing are left out."""
    return wallet_selectors.coins_of_each(escrow_id=goal.escrow_id, payer_ids=payer_ids) if goal.escrow_id else {}


def payments_made(*, escrow_id: str, user_id: str) -> int:
    """Return how many payments a user has made into an escrow, including refunded ones."""
    return Transfer.objects.filter(credit_id=escrow_id, debit_id=user_id, kind=Transfer.Kind.HOLD).count()


def goals_paid_for(*, user_id: str, streamer_id: str | None = None) -> list[str]:
    """Return the ids of the goals into whose open escrows a user has paid, of one streamer or of all.

    They are the goals that the escrows are named after.
    """
    still_open = Escrow.objects.filter(state=Escrow.State.OPEN)
    if streamer_id is not None:
        still_open = still_open.filter(user_id=streamer_id)
    held = Transfer.objects.filter(debit_id=user_id, kind=Transfer.Kind.HOLD, credit_id__in=still_open.values("pk"))
    found = held.order_by("credit_id").values_list("credit_id", flat=True).distinct()
    return [escrow_ids.goal_of(escrow_id) for escrow_id in found]


def holds(*, goal: Goal, user_id: str) -> bool:
    """Return whether the user has a payment for a goal that was not given back."""
    escrow_id = goal.escrow_id
    return escrow_id is not None and wallet_selectors.holds(escrow_id=escrow_id, user_id=user_id)


def payers_who_hold(*, escrow_id: str, payers: Collection[str]) -> set[str]:
    """Return those of the payers of an escrow who have a payment that was not given back."""
    held = Transfer.objects.filter(credit_id=escrow_id, kind=Transfer.Kind.HOLD, early_refund=None)
    return set(held.filter(debit_id__in=payers).order_by().values_list("debit_id", flat=True).distinct())


def ends_of_blocks(*, goal_id: str, payers: Collection[str]) -> dict[str, datetime | None]:
    """Return, by payer, when their last block ends; None if none has begun, or all were cut.

    Payers without a block are left out.
    """
    blocks = Block.objects.filter(goal_id=goal_id, payer_id__in=payers).order_by()
    found: dict[str, datetime | None] = {}
    for payer_id, starts_at, cut_at, duration in blocks.values_list("payer_id", "starts_at", "cut_at", "duration"):
        end = starts_at + timedelta(seconds=duration) if starts_at and not cut_at else None
        found[payer_id] = max(filter(None, (found.get(payer_id), end)), default=None)
    return found


def overdue_to_start(*, before: datetime) -> QuerySet[Goal]:
    """Return scheduled goals whose `nbf` passed before `before`."""
    return Goal.objects.filter(active=False, ended_at=None, nbf__lt=before)


def overdue_to_end(*, before: datetime) -> QuerySet[Goal]:
    """Return active goals whose `exp` passed before `before`."""
    return Goal.objects.filter(active=True, exp__lt=before)


def outliving_their_session(*, before: datetime) -> QuerySet[Goal]:
    """Return goals that have not ended, although the grace period after their session ended before `before`."""
    # A CASE and no OR, which PostgreSQL takes ten milliseconds to plan with this many indexes.
    times = [When(type__in=types, then=Value(before - grace)) for grace, types in types_by_grace().items()]
    over = Q(session__ended_at__lt=Case(*times, output_field=DateTimeField()))
    return Goal.objects.filter(over, ended_at=None, session__active=False)


def performed_for_payers(*, among: QuerySet[Goal]) -> QuerySet[Goal]:
    """Return those of the goals that payers watch; unanswered invitations are left out."""
    return among.filter(type__in=WATCHED_BY_PAYERS).exclude(type__in=INVITATIONS, agreed_at=None)


def sales_without_show() -> QuerySet[Goal]:
    """Return the reached sales that have no show yet."""
    return Goal.objects.filter(type__in=SELLS_TICKETS, outcome=Outcome.COMPLETED, show_goal=None)


def overdue_to_be_shown(*, before: datetime) -> QuerySet[Goal]:
    """Return the reached sales without a show whose `start_by` is before `before`."""
    return sales_without_show().filter(start_by__lt=before)


def without_time_to_be_shown() -> QuerySet[Goal]:
    """Return the reached sales without `start_by` and show, which a process of the previous release ended."""
    return sales_without_show().filter(start_by=None)


def events_of(*, goal_id: str) -> QuerySet[EventRecord]:
    """Return the log of a goal."""
    return EventRecord.objects.filter(goal_id=goal_id)
