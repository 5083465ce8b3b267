"""Moving coins between two accounts, once for each transfer id."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F

from livestream.storage.conflicts import retried
from wallet import transfer_ids
from wallet.errors import AmountTooLarge, InsufficientBalance, TransferConflict
from wallet.models import Account, PendingDebit, Transfer
from wallet.services import accounts, posting

LARGEST_BALANCE = 2**63 - 1
# Deposits of up to MAX_COUNTED_LATER coins are counted later, as long as the system account owes less than
# half of what fits into 64 bits. The other half has room for four billion waiting deposits.
MAX_COUNTED_LATER = 10**9
_HALF_OF_RANGE = 2**62


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
        return _move(wanted)


@retried
def deposit(*, user_id: str, amount: int, transfer_id: str, now: datetime) -> tuple[Transfer, bool]:
    """Credit a user with `amount` coins that were paid outside, once for each transfer id.

    Deposits do not wait for each other: the debit of the system account waits in PendingDebit until
    `post_deposits` subtracts it. Only a very large deposit is counted at once. Raises UnknownUser,
    TransferConflict, AmountTooLarge; then nothing has moved (spec section 6).
    """
    accounts.ensure_user_account(user_id=user_id, now=now)
    accounts.ensure_deposits_account(now=now)
    wanted = Transfer(
        transfer_id=transfer_id,
        debit_id=transfer_ids.DEPOSITS,
        credit_id=user_id,
        amount=amount,
        kind=Transfer.Kind.DEPOSIT,
        created_at=now,
    )
    with transaction.atomic():
        if amount <= MAX_COUNTED_LATER and accounts.lock_deposits_shared() > -_HALF_OF_RANGE:
            return _move(wanted, counted_later=True)
        # Only a counted balance can be compared with the largest one.
        accounts.lock_deposits_exclusively()
        posting.post_all_deposits()
        return _move(wanted)


def same_or_conflict(known: Transfer, wanted: Transfer) -> Transfer:
    """Return the stored transfer where it says the same as the wanted one.

    Raises TransferConflict where the accounts or the amount differ.
    """
    content = ("debit_id", "credit_id", "amount", "kind")
    if any(getattr(known, name) != getattr(wanted, name) for name in content):
        raise TransferConflict
    return known


def _move(wanted: Transfer, *, counted_later: bool = False) -> tuple[Transfer, bool]:
    """Move the coins; with `counted_later` the debited account is neither locked nor changed."""
    locked = _lock(wanted.credit_id) if counted_later else _lock(wanted.debit_id, wanted.credit_id)
    known = Transfer.objects.filter(pk=wanted.transfer_id).first()
    if known is not None:
        return same_or_conflict(known, wanted), False
    credit = locked.get(wanted.credit_id)
    if not counted_later:
        _check_debit(locked.get(wanted.debit_id), wanted.amount)
    _check_credit(credit, wanted.amount)
    _insert(wanted)
    _change(wanted.credit_id, wanted.amount)
    if counted_later:
        PendingDebit.objects.create(
            transfer=wanted, account_id=wanted.debit_id, amount=wanted.amount, created_at=wanted.created_at
        )
    else:
        _change(wanted.debit_id, -wanted.amount)
    return wanted, True


def _change(account_id: str, coins: int) -> None:
    Account.objects.filter(pk=account_id).update(balance=F("balance") + coins, version=F("version") + 1)


def _lock(*account_ids: str) -> dict[str, Account]:
    rows = Account.objects.select_for_update().filter(pk__in=account_ids).order_by("pk")
    return {row.id: row for row in rows}


def _check_debit(debit: Account | None, amount: int) -> None:
    if debit is None:
        raise InsufficientBalance("There is no such account.")
    if debit.kind != Account.Kind.SYSTEM and debit.balance < amount:
        raise InsufficientBalance("{amount} coins are needed.", given={"amount": amount})
    if amount - debit.balance > LARGEST_BALANCE:
        raise AmountTooLarge("No account can owe that much.")


def _check_credit(credit: Account | None, amount: int) -> None:
    if credit is None:
        raise InsufficientBalance("There is no such account.")
    if credit.balance + amount > LARGEST_BALANCE:
        raise AmountTooLarge("No account can hold that much.")


def _insert(wanted: Transfer) -> None:
    try:
        with transaction.atomic():
            wanted.save(force_insert=True)
    except IntegrityError as error:
        if not Transfer.objects.filter(pk=wanted.transfer_id).exists():
            raise
        # Another transaction took the id just now, for another account: the credited one is locked.
        raise TransferConflict from error
