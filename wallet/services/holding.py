"""Payments into an escrow, which do not wait for each other."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction
from django.db.models import F

from wallet import sql
from wallet.errors import EscrowClosed, InsufficientBalance, TransferConflict
from wallet.models import Account, Escrow, PendingCredit, Transfer
from wallet.services import transfers

REFUSALS = {
    "escrow_closed": EscrowClosed,
    "insufficient_balance": InsufficientBalance,
    "reused": TransferConflict,
}


def hold(
    *,
    transfer_id: str,
    payer_id: str,
    escrow_id: str,
    amount: int,
    now: datetime,
    tags: Sequence[str] = (),
) -> tuple[Transfer, bool]:
    """Move `amount` coins of the payer into an open escrow; return whether this call did it.

    The credit waits in PendingCredit until `post_pending` adds it to the escrow's balance.
    Raises EscrowClosed, InsufficientBalance, TransferConflict; then nothing has moved.
    """
    wanted = Transfer(
        transfer_id=transfer_id,
        debit_id=payer_id,
        credit_id=escrow_id,
        amount=amount,
        kind=Transfer.Kind.HOLD,
        tags=list(tags),
        created_at=now,
    )
    if connection.vendor != "postgresql":
        return hold_by_orm(wanted=wanted)
    status = sql.call_hold(wanted)
    if status in REFUSALS:
        raise REFUSALS[status]()
    return Transfer.objects.get(pk=transfer_id), status == "held"


def hold_by_orm(*, wanted: Transfer) -> tuple[Transfer, bool]:
    """Do what the SQL function `wallet_hold` does, statement by statement.

    It serves SQLite, and the tests compare the function with it.
    """
    with transaction.atomic():
        known = Transfer.objects.filter(pk=wanted.transfer_id).first()
        if known is not None:
            return transfers.same_or_conflict(known, wanted), False
        _check_open(wanted.credit_id, wanted.created_at)
        _debit(wanted.debit_id, wanted.amount)
        wanted.save(force_insert=True)
        PendingCredit.objects.create(
            transfer=wanted,
            account_id=wanted.credit_id,
            payer_id=wanted.debit_id,
            amount=wanted.amount,
            created_at=wanted.created_at,
        )
    return wanted, True


def _check_open(escrow_id: str, now: datetime) -> None:
    escrow = Escrow.objects.select_for_update().filter(pk=escrow_id).first()
    is_open = escrow is not None and escrow.state == Escrow.State.OPEN
    if not is_open or (escrow and escrow.accepts_until and escrow.accepts_until <= now):
        raise EscrowClosed


def _debit(payer_id: str, amount: int) -> None:
    rich_enough = Account.objects.filter(pk=payer_id, balance__gte=amount)
    if not rich_enough.update(balance=F("balance") - amount, version=F("version") + 1):
        raise InsufficientBalance
