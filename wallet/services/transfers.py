"""Moving coins between two accounts, once for each transfer id."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F

from livestream.storage.conflicts import retried
from wallet import transfer_ids
from wallet.errors import AmountTooLarge, InsufficientBalance, TransferConflict
from wallet.models import Account, Transfer
from wallet.services import accounts

LARGEST_BALANCE = 2**63 - 1


def transfer(
    *,
    transfer_id: str,
    debit_id: str,
    credit_id: str,
    amount: int,
    kind: str,
    now: datetime,
    tags: Sequence[str] = (),
) -> tuple[Transfer, bool]:
    """Move `amount` coins from one account to another and return whether this call did it.

    The same id with the same content returns the first transfer. Raises TransferConflict for
    other content, InsufficientBalance, AmountTooLarge; then nothing has moved (spec section 6).
    """
    wanted = Transfer(
        transfer_id=transfer_id,
        debit_id=debit_id,
        credit_id=credit_id,
        amount=amount,
        kind=kind,
        tags=list(tags),
        created_at=now,
    )
    with transaction.atomic():
        locked = _lock(debit_id, credit_id)
        known = Transfer.objects.filter(pk=transfer_id).first()
        if known is not None:
            return same_or_conflict(known, wanted), False
        _check_funds(locked.get(debit_id), locked.get(credit_id), amount)
        _write(wanted)
    return wanted, True


@retried
def deposit(*, user_id: str, amount: int, transfer_id: str, now: datetime) -> tuple[Transfer, bool]:
    """Credit a user with `amount` coins that were paid outside, once for each transfer id."""
    accounts.ensure_user_account(user_id=user_id, now=now)
    accounts.ensure_deposits_account(now=now)
    return transfer(
        transfer_id=transfer_id,
        debit_id=transfer_ids.DEPOSITS,
        credit_id=user_id,
        amount=amount,
        kind=Transfer.Kind.DEPOSIT,
        now=now,
    )


def same_or_conflict(known: Transfer, wanted: Transfer) -> Transfer:
    """Return the stored transfer where it says the same as the wanted one.

    Raises TransferConflict where the accounts or the amount differ.
    """
    content = ("debit_id", "credit_id", "amount", "kind")
    if any(getattr(known, name) != getattr(wanted, name) for name in content):
        raise TransferConflict(f"Transfer {known.transfer_id} moved something else.")
    return known


def _lock(*account_ids: str) -> dict[str, Account]:
    rows = Account.objects.select_for_update().filter(pk__in=account_ids).order_by("pk")
    return {row.id: row for row in rows}


def _check_funds(debit: Account | None, credit: Account | None, amount: int) -> None:
    if debit is None or credit is None:
        raise InsufficientBalance("There is no such account.")
    if debit.kind != Account.Kind.SYSTEM and debit.balance < amount:
        raise InsufficientBalance(f"{amount} coins are needed.")
    if max(credit.balance + amount, amount - debit.balance) > LARGEST_BALANCE:
        raise AmountTooLarge("No account can hold that much.")


def _write(wanted: Transfer) -> None:
    try:
        with transaction.atomic():
            wanted.save(force_insert=True)
    except IntegrityError as error:
        if not Transfer.objects.filter(pk=wanted.transfer_id).exists():
            raise
        # Taken just now, and for other accounts: these are locked.
        raise TransferConflict(f"Transfer {wanted.transfer_id} moved something else.") from error
    Account.objects.filter(pk=wanted.debit_id).update(balance=F("balance") - wanted.amount)
    Account.objects.filter(pk=wanted.credit_id).update(balance=F("balance") + wanted.amount)
