"""Returning a purchase of tickets, while its sale is open and not reached (spec section 3)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import transaction

from goals import escrow_ids
from goals.endings import EndedBecause
from goals.errors import ContributionNotFound, GoalNotActive, NotYourContribution, SaleReached
from goals.models import Contribution, Goal
from goals.services import counting, locking
from livestream.storage.conflicts import retried
from wallet.models import EarlyRefund, Escrow
from wallet.services import early_refunds, escrows


@retried
def give_back(*, goal_id: str, transfer_id: str, caller_id: str, now: datetime) -> None:
    """Refund one purchase of the caller, while its sale is open and not reached (spec section 3).

    All purchases so far are counted first. Repeating the call changes nothing.
    Raises ContributionNotFound, NotYourContribution, SaleReached, GoalNotActive.
    """
    bought = Contribution.objects.filter(pk=transfer_id, goal_id=goal_id).first()
    if bought is None:
        raise ContributionNotFound
    if bought.payer_id != caller_id:
        raise NotYourContribution
    with transaction.atomic():  # an error rolls the counting back, too: it is repeated later
        escrow = escrows.lock_escrow(escrow_id=escrow_ids.show_funding(goal_id))
        counting.count_all_contributions(escrow_id=escrow.escrow_id)
        if EarlyRefund.objects.filter(pk=transfer_id).exists():
            return
        _refuse_late(locking.lock_goal(goal_id=goal_id), now)
        escrow.refresh_from_db()
        refund_payments(escrow=escrow, kept={transfer_id: 0}, because=EndedBecause.WITHDRAWN, now=now)


def refund_tickets(*, escrow_id: str, payers: Collection[str], because: EndedBecause, now: datetime) -> None:
    """Give these payers everything back that an open escrow holds of theirs, and take it out of the sale's progress.

    The escrow is locked exclusively and counted by the caller.
    """
    given = early_refunds.refund_payers(escrow_id=escrow_id, payers=payers, reason=because, now=now)
    counting.count_refunds(escrow_id=escrow_id, payers=given.payers)


def _refuse_late(goal: Goal, now: datetime) -> None:
    if goal.reached:
        raise SaleReached
    if not goal.active or (goal.exp is not None and goal.exp <= now):
        raise GoalNotActive


def refund_payments(*, escrow: Escrow, kept: Mapping[str, int], because: EndedBecause, now: datetime) -> None:
    """Refund payments for tickets, and subtract them from the sale's progress.

    The caller has locked `escrow` exclusively and counted its payments. `kept` maps the ids of
    payments to the coins that stay in it.
    """
    given = early_refunds.refund_payments(escrow=escrow, kept=kept, reason=because, now=now)
    counting.count_refunds(escrow_id=escrow.escrow_id, payers=given.payers)
