"""Buying tickets, and counting what was bought."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from goals import escrow_ids, sql
from goals.errors import BlockedByStreamer, GoalNotFound, NotForSale, OwnGoal
from goals.models import Contribution, Goal
from goals.services import progress
from goals.types import SELLS_TICKETS
from livestream import ids
from livestream.idempotency import KeyReused
from livestream.outbox import durable
from livestream.storage.conflicts import retried
from livestream.users import is_blocked
from wallet import selectors
from wallet.errors import EscrowClosed, InsufficientBalance, TransferConflict
from wallet.models import Transfer
from wallet.services import escrows, holding, posting

_REFUSALS = {
    "goal_not_found": GoalNotFound,
    "not_for_sale": NotForSale,
    "own_goal": OwnGoal,
    "blocked": BlockedByStreamer,
    "escrow_closed": EscrowClosed,
    "insufficient_balance": InsufficientBalance,
    "reused": KeyReused,
}


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a buyer is answered: the transfer, and what the goal stood at (coins).

    `progress` is what was counted until then and all of this buyer's own tickets; what others
    bought in the last fifth of a second may be missing.
    """

    transfer_id: str
    goal_id: str
    payer_id: str
    quantity: int
    amount: int
    progress: int
    created_at: datetime
    repeated: bool = False


@retried
def contribute(*, goal_id: str, payer_id: str, quantity: int, now: datetime, key: str | None = None) -> Receipt:
    """Buy `quantity` tickets of a funding goal into its escrow, once for each `key`.

    Nobody waits for another buyer here: the goal's own row is only read, and what was bought
    is counted into it by `count_contributions`. On PostgreSQL it is one round trip. The same
    key again gives the first receipt. Raises GoalNotFound, NotForSale, OwnGoal, BlockedByStreamer, EscrowClosed,
    InsufficientBalance, and KeyReused where the key bought something else.
    """
    transfer_id = transfer_id_of(goal_id=goal_id, payer_id=payer_id, key=key or ids.new_id())
    if connection.vendor != "postgresql":
        return contribute_by_orm(
            transfer_id=transfer_id, goal_id=goal_id, payer_id=payer_id, quantity=quantity, now=now
        )
    bought = sql.call_contribute(transfer_id, goal_id, payer_id, quantity, now)
    if bought.status in _REFUSALS:
        raise _REFUSALS[bought.status]()
    return Receipt(
        transfer_id=transfer_id,
        goal_id=goal_id,
        payer_id=payer_id,
        quantity=quantity,
        amount=bought.amount,
        progress=bought.progress,
        created_at=bought.created_at,
        repeated=bought.status == "repeated",
    )


def transfer_id_of(*, goal_id: str, payer_id: str, key: str) -> str:
    """Name the transfer of a purchase; the buyer's key decides, however long it is."""
    digest = hashlib.sha256(key.encode()).hexdigest()[:32]
    return f"goal:ticket:{goal_id}:{payer_id}:{digest}"


def contribute_by_orm(*, transfer_id: str, goal_id: str, payer_id: str, quantity: int, now: datetime) -> Receipt:
    """Do what the SQL function `goals_contribute` does, statement by statement.

    It serves SQLite, and the tests compare the function with it.
    """
    goal = Goal.objects.filter(pk=goal_id).first()
    if goal is None:
        raise GoalNotFound
    if not goal.facts.sells_tickets or goal.ticket_price is None:
        raise NotForSale
    if goal.streamer_id == payer_id:
        raise OwnGoal
    blocked = is_blocked(user_id=payer_id, streamer_id=goal.streamer_id)
    if blocked and not Contribution.objects.filter(pk=transfer_id).exists():  # a repeat gets its receipt
        raise BlockedByStreamer
    wanted = Transfer(
        transfer_id=transfer_id,
        debit_id=payer_id,
        credit_id=str(goal.escrow_id),
        amount=goal.ticket_price * quantity,
        kind=Transfer.Kind.HOLD,
        tags=[f"ticket::{goal.ticket_product_id}"],
        created_at=now,
    )
    with transaction.atomic():
        held, is_new = _hold(wanted)
        bought = _keep(held, goal, quantity) if is_new else Contribution.objects.get(pk=transfer_id)
    return _receipt(bought, repeated=not is_new)


def _hold(wanted: Transfer) -> tuple[Transfer, bool]:
    try:
        return holding.hold_by_orm(wanted=wanted)
    except TransferConflict as error:
        raise KeyReused from error


def _keep(held: Transfer, goal: Goal, quantity: int) -> Contribution:
    counted = Goal.objects.values_list("progress", flat=True).get(pk=goal.pk)
    return Contribution.objects.create(
        transfer=held,
        goal=goal,
        payer_id=held.debit_id,
        quantity=quantity,
        amount=held.amount,
        progress=counted + selectors.pending_credit(escrow_id=held.credit_id, payer_id=held.debit_id),
        created_at=held.created_at,
    )


def _receipt(bought: Contribution, *, repeated: bool) -> Receipt:
    return Receipt(
        transfer_id=bought.transfer_id,
        goal_id=bought.goal_id,
        payer_id=bought.payer_id,
        quantity=bought.quantity,
        amount=bought.amount,
        progress=bought.progress,
        created_at=bought.created_at,
        repeated=repeated,
    )


@durable(subject="escrow_id")
def count_contributions(*, escrow_id: str) -> int:
    """Count a batch of bought tickets into their goal, and return the coins it added.

    One step for many buyers: the escrow's balance, the earnings, the goal's progress, and one
    `goal.progressed`. Progress is what the escrow received, so counting again adds nothing.
    """
    with transaction.atomic():
        escrow = escrows.lock_row(escrow_id=escrow_id)
        batch = posting.post_pending(escrow=escrow)
        goal_id = escrow_ids.goal_of(escrow_id)
        goal = Goal.objects.select_for_update().filter(pk=goal_id, type__in=SELLS_TICKETS).first()
        if goal is None or goal.progress == escrow.received:
            return 0
        added = escrow.received - goal.progress
        progress.advance(goal=goal, amount=added, payers=batch.payers)
        return added


def count_all_contributions(*, escrow_id: str) -> None:
    """Count all tickets of an escrow that were bought until now."""
    while count_contributions(escrow_id=escrow_id):
        pass


def close_sale(*, escrow_id: str) -> None:
    """Close the escrow of a show to new payments, wait for those in flight, and count everything.

    So no ticket is paid out or refunded uncounted.
    """
    with transaction.atomic():
        escrow = escrows.lock_escrow(escrow_id=escrow_id)
        escrows.set_accepts_until(escrow_id=escrow_id, until=escrow.opened_at)
        count_all_contributions(escrow_id=escrow_id)
