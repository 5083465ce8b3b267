"""Buying tickets (spec section 3). See `counting` for how they are counted, `giving_back` for returning them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction

from goals import sql
from goals.errors import (
    BlockedByStreamer,
    GoalNotFound,
    NotForSale,
    OwnGoal,
    PriceChanged,
)
from goals.models import Contribution, Goal
from livestream import ids, users
from livestream.idempotency import KeyReused
from livestream.storage.conflicts import retried
from wallet import selectors
from wallet.errors import EscrowClosed, InsufficientBalance, TransferConflict
from wallet.models import Transfer
from wallet.services import escrows, holding

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
def contribute(
    *,
    goal_id: str,
    payer_id: str,
    quantity: int,
    now: datetime,
    key: str | None = None,
    max_price: int | None = None,
) -> Receipt:
    """Buy `quantity` tickets of a funding goal into its escrow, once for each `key`.

    Nobody waits for another buyer here: the goal's own row is only read, and what was bought
    is counted into it by `counting.count_contributions`. On PostgreSQL it is one round trip. A repeat
    with the same key gets the first receipt. `max_price` is the most coins to pay in total.
    Raises GoalNotFound, NotForSale, OwnGoal, BlockedByStreamer, PriceChanged, EscrowClosed,
    InsufficientBalance, and KeyReused where the key bought something else.
    """
    contribute_by = contribute_by_sql if connection.vendor == "postgresql" else contribute_by_orm
    return contribute_by(
        transfer_id=transfer_id_of(goal_id=goal_id, payer_id=payer_id, key=key or ids.new_id()),
        goal_id=goal_id,
        payer_id=payer_id,
        quantity=quantity,
        now=now,
        max_price=max_price,
    )


def transfer_id_of(*, goal_id: str, payer_id: str, key: str) -> str:
    """Return the id of the transfer of a purchase, which contains a hash of the buyer's key."""
    digest = hashlib.sha256(key.encode()).hexdigest()[:32]
    return f"goal:ticket:{goal_id}:{payer_id}:{digest}"


def contribute_by_sql(
    *,
    transfer_id: str,
    goal_id: str,
    payer_id: str,
    quantity: int,
    now: datetime,
    max_price: int | None = None,
) -> Receipt:
    """Call the SQL function `goals_contribute`, which does all of it in one round trip."""
    bought = sql.call_contribute(transfer_id, goal_id, payer_id, quantity, now, max_price)
    if bought.status == "price_changed":
        raise PriceChanged("It costs {price} coins.", price=bought.amount)
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


def contribute_by_orm(
    *,
    transfer_id: str,
    goal_id: str,
    payer_id: str,
    quantity: int,
    now: datetime,
    max_price: int | None = None,
) -> Receipt:
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
        escrows.lock_row(escrow_id=wanted.credit_id)  # before the tag is read, see `sql.CONTRIBUTE`
        if not Contribution.objects.filter(pk=transfer_id).exists():  # a repeat gets its receipt
            _refuse_new(goal, wanted, max_price)
            _refuse_closed(goal, payer_id, now)
        held, is_new = _hold(wanted)
        bought = _keep(held, goal, quantity, max_price) if is_new else _bought_before(transfer_id, max_price)
    return _receipt(bought, repeated=not is_new)


def _refuse_new(goal: Goal, wanted: Transfer, max_price: int | None) -> None:
    if users.is_blocked(user_id=wanted.debit_id, streamer_id=goal.streamer_id):
        raise BlockedByStreamer
    if max_price is not None and wanted.amount > max_price:
        raise PriceChanged("It costs {price} coins.", price=wanted.amount)


def _refuse_closed(goal: Goal, payer_id: str, now: datetime) -> None:
    """Refuse what nobody would get any more: by a closed account, or a show performed to its end a moment ago."""
    if users.closed_among(user_ids=[payer_id, goal.streamer_id]):
        raise EscrowClosed
    show = Goal.objects.filter(pk=goal.show_goal_id, active=True, stage_paused=None).first()
    if show and show.stage_started and now >= show.stage_started + timedelta(seconds=show.target - show.performed):
        raise EscrowClosed


def _hold(wanted: Transfer) -> tuple[Transfer, bool]:
    try:
        return holding.hold_by_orm(wanted=wanted)
    except TransferConflict as error:
        raise KeyReused from error


def _bought_before(transfer_id: str, max_price: int | None) -> Contribution:
    bought = Contribution.objects.get(pk=transfer_id)
    if bought.max_price not in (None, max_price or 0):
        raise KeyReused
    return bought


def _keep(held: Transfer, goal: Goal, quantity: int, max_price: int | None) -> Contribution:
    counted = Goal.objects.values_list("progress", flat=True).get(pk=goal.pk)
    return Contribution.objects.create(
        transfer=held,
        goal=goal,
        payer_id=held.debit_id,
        quantity=quantity,
        amount=held.amount,
        progress=counted + selectors.pending_credit(escrow_id=held.credit_id, payer_id=held.debit_id),
        max_price=max_price or 0,
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
