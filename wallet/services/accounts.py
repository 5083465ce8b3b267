"""Creating accounts, which happens when each is first needed."""

from __future__ import annotations

from datetime import datetime

from livestream.models import User
from livestream.storage import advisory_locks
from wallet import transfer_ids
from wallet.errors import UnknownUser
from wallet.models import Account


def ensure_account(*, account_id: str, kind: str, now: datetime) -> None:
    """Create the account if it does not exist yet."""
    Account.objects.bulk_create([Account(id=account_id, kind=kind, created_at=now)], ignore_conflicts=True)


def ensure_user_account(*, user_id: str, now: datetime) -> None:
    """Create a user's account if it does not exist yet; raises UnknownUser if there is no such user."""
    if Account.objects.filter(pk=user_id).exists():
        return
    if not User.objects.filter(pk=user_id).exists():
        raise UnknownUser("There is no user {user_id}.", given={"user_id": user_id})
    ensure_account(account_id=user_id, kind=Account.Kind.USER, now=now)


def ensure_deposits_account(*, now: datetime) -> None:
    """Create the system account through which coins enter."""
    # Read first: an insert would wait for a transaction that counts deposits into this row.
    if not Account.objects.filter(pk=transfer_ids.DEPOSITS).exists():
        ensure_account(account_id=transfer_ids.DEPOSITS, kind=Account.Kind.SYSTEM, now=now)


def lock_deposits_shared() -> int:
    """Take the lock that deposits share, and return the system account's counted balance in coins.

    Deposits do not wait for each other; `lock_deposits_exclusively` waits for all of them.
    """
    advisory_locks.lock_shared(name=transfer_ids.DEPOSITS)
    return Account.objects.values_list("balance", flat=True).get(pk=transfer_ids.DEPOSITS)


def lock_deposits_exclusively() -> None:
    """Wait for the deposits in flight, block new ones, and lock the system account."""
    advisory_locks.lock(name=transfer_ids.DEPOSITS)
    lock_system_row()


def lock_system_row() -> None:
    """Lock the row of the system account, so that nobody else counts deposits; new deposits do not need it."""
    Account.objects.select_for_update().filter(pk=transfer_ids.DEPOSITS).first()
