"""A viewer's payment as JSON: what it was for, and what became of it (spec section 3)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, TypedDict

from django.db.models import Q

from goals import escrow_ids
from goals.models import Block, Contribution, Goal
from goals.payments import KINDS, PaymentState
from livestream import clock
from wallet.models import EarlyRefund


class PaymentGoal(TypedDict):
    """The goal that a payment was for: the sale, or the invitation."""

    id: str
    type: str
    title: str


class PaymentDocument(TypedDict):
    """A payment; `paid` = `returned` + `kept` + `held`, in coins."""

    transfer_id: str
    kind: str
    goal: PaymentGoal
    streamer_id: str
    streamer_name: str
    quantity: int | None
    duration: int | None
    performed: int | None
    paid: int
    returned: int
    kept: int
    held: int
    state: str
    reason: str | None
    created_at: int
    settled_at: int | None


def payment_documents(payments: Sequence[Any]) -> list[PaymentDocument]:
    """Return payments as JSON, in three queries however many they are."""
    goals = _goals({payment.credit_id for payment in payments})
    holds = [payment.pk for payment in payments]
    quantities = dict(Contribution.objects.filter(pk__in=holds).values_list("pk", "quantity"))
    blocks = Block.objects.in_bulk(holds)
    return [_document(each, goals[each.credit_id], quantities.get(each.pk), blocks.get(each.pk)) for each in payments]


def _document(payment: Any, goals: Sequence[Goal], quantity: int | None, block: Block | None) -> PaymentDocument:
    first = goals[0]
    return {
        "transfer_id": payment.pk,
        "kind": KINDS[payment.credit_id.partition(":")[0]].value,
        "goal": {"id": first.id, "type": first.type, "title": _title(first)},
        "streamer_id": first.streamer_id,
        "streamer_name": first.streamer.public_name,
        "quantity": quantity,
        "duration": block.duration if block else None,
        "performed": block.performed if block and payment.payment_state != PaymentState.HELD else None,
        "paid": payment.amount,
        "returned": payment.returned,
        "kept": payment.kept,
        "held": payment.held,
        "state": payment.payment_state,
        "reason": _reason(payment, goals),
        "created_at": clock.to_epoch(payment.created_at),
        "settled_at": clock.to_epoch(payment.payment_settled_at),
    }


def _title(goal: Goal) -> str:
    levels: list[dict[str, str]] = goal.levels
    return levels[0]["title"] if goal.facts.sells_tickets and levels else goal.session.title


def _reason(payment: Any, goals: Sequence[Goal]) -> str | None:
    """Return why the payment was refunded early, or else why the last goal that it was for ended."""
    early = getattr(payment, "early_refund", None)
    if early is not None and early.reason != EarlyRefund.CUT_SHORT:
        return str(early.reason)
    if payment.payment_state == PaymentState.HELD:
        return None
    return _last_end(goals)


def _last_end(goals: Sequence[Goal]) -> str | None:
    return next((goal.ended_because for goal in reversed(goals) if goal.ended_because), None)


def reasons_of_escrows(escrows: Collection[str]) -> dict[str, str]:
    """Return, by escrow, why the last goal that it was for ended; escrows whose goals go on are left out."""
    ends = {escrow_id: _last_end(goals) for escrow_id, goals in _goals(escrows).items()}
    return {escrow_id: because for escrow_id, because in ends.items() if because}


def _goals(escrows: Collection[str]) -> dict[str, list[Goal]]:
    """Return by escrow the goal that it is named after, and then the one that this goal led to."""
    first = {escrow_ids.goal_of(escrow_id) for escrow_id in escrows}
    named = Q(pk__in=first) | Q(funding_goal_id__in=first) | Q(trigger_goal_id__in=first)
    found: dict[str, list[Goal]] = {}
    for goal in Goal.objects.filter(named).select_related("streamer", "session").order_by("created_at", "id"):
        found.setdefault(str(goal.escrow_id), []).append(goal)
    return {escrow_id: sorted(goals, key=_led_to) for escrow_id, goals in found.items()}


def _led_to(goal: Goal) -> bool:
    return goal.funding_goal_id is not None or goal.trigger_goal_id is not None
