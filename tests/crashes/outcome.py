"""The outcome of a flow: everything that must be the same, whether or not a process died meanwhile."""

from __future__ import annotations

from collections import Counter
from typing import Any

from goals.models import Contribution, Goal
from livestream.models import EventRecord, OutboxMessage, ReceiverRun, User
from wallet.models import Account, Earning, Escrow, PendingCredit, Transfer
from wallet.verification import verify_ledger

Outcome = dict[str, Any]


def outcome() -> Outcome:
    """Return balances, escrows, goals, earnings and transfers, and how often each event was logged and received.

    People and escrows are named by their order, since their ids differ each time a flow is played.
    """
    names = _names()
    return {
        "balances": sorted((names.get(each.pk, each.pk), each.kind, each.balance) for each in Account.objects.all()),
        "escrows": [
            (names[each.pk], each.state, each.received, each.refunded_early, each.settled_at is not None)
            for each in Escrow.objects.order_by("escrow_id")
        ],
        "goals": [_goal(each) for each in Goal.objects.order_by("type")],
        "earnings": Counter(Earning.objects.values_list("state", "amount")),
        "transfers": Counter(Transfer.objects.values_list("kind", "amount")),
        "contributions": Contribution.objects.count(),
        "events": Counter(EventRecord.objects.values_list("name", flat=True)),
        "receiver runs": Counter(ReceiverRun.objects.values_list("receiver", flat=True)),
    }


def left_undone() -> list[str]:
    """Return what is wrong by itself: broken rules of the ledger, unsettled money, tasks that wait or are dead."""
    waiting = OutboxMessage.objects.all()
    return [
        *map(str, verify_ledger()),
        *(f"a payment of {each.amount} waits to be counted" for each in PendingCredit.objects.all()),
        *(f"{each.escrow_id} is {each.state} and not settled" for each in Escrow.objects.filter(settled_at=None)),
        *(f"{each.actor} {'is dead' if each.failed_at else 'waits'}: {each.error[-300:]}" for each in waiting),
    ]


def differences(found: Outcome, wanted: Outcome) -> list[str]:
    """Return what differs from the outcome without a fault."""
    return [f"{name}: {found[name]} and not {wanted[name]}" for name in wanted if found[name] != wanted[name]]


def _goal(goal: Goal) -> tuple[Any, ...]:
    """Return what became of a goal; seconds beyond its target only show how late it was completed."""
    performed = min(goal.performed, goal.target) if goal.levels else goal.performed
    return goal.type, goal.active, goal.outcome, goal.ended_because, goal.level, goal.progress, performed


def _names() -> dict[str, str]:
    people = sorted(User.objects.all(), key=lambda each: int(each.username.rpartition("-")[2]))
    escrows = Escrow.objects.values_list("escrow_id", flat=True)
    return {each.pk: f"person {n}" for n, each in enumerate(people)} | {
        each: each.partition(":")[0] for each in escrows
    }
