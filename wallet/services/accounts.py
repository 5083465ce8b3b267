"""Creating accounts, which happens when each is first needed."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from livestream.models import User
from wallet import transfer_ids
from wallet.errors import UnknownUser
from wallet.models import Account


def ensure_account(*, account_id: str, kind: str, now: datetime) -> None:
    """Create the account where it does not exist yet."""
    Account.objects.bulk_create([Account(id=account_id, kind=kind, created_at=now)], ignore_conflicts=True)


def ensure_user_account(*, user_id: str, now: datetime) -> None:
    """Create a user's account where it does not exist yet; UnknownUser without such a user."""
    if Account.objects.filter(pk=user_id).exists():
        return
    if not User.objects.filter(pk=user_id).exists():
        raise UnknownUser(f"There is no user {user_id}.")
    ensure_account(account_id=user_id, kind=Account.Kind.USER, now=now)


def ensure_deposits_account(*, now: datetime) -> None:
    """Create the system account through which coins enter."""
    # An insert waits for a transaction that counts deposits into this row. A read does not.
    if not Account.objects.filter(pk=transfer_ids.DEPOSITS).exists():
        ensure_account(account_id=transfer_ids.DEPOSITS, kind=Account.Kind.SYSTEM, now=now)


def lock_deposits_shared() -> int:
    """Take the advisory lock that deposits share, and return the system account's counted balance in coins.

    Deposits do not wait for each other; `lock_deposits_exclusively` waits for all of them.
    """
    _take_advisory_lock("SELECT pg_advisory_xact_lock_shared(hashtextextended(%s, 0))")
    return Account.objects.values_list("balance", flat=True).get(pk=transfer_ids.DEPOSITS)


def lock_deposits_exclusively() -> None:
    """Wait for the deposits in flight, block new ones, and lock the system account."""
    _take_advisory_lock("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))")
    lock_system_row()


def lock_system_row() -> None:
    """Lock the row of the system account, so that nobody else counts deposits; new deposits do not need it."""
    Account.objects.select_for_update().filter(pk=transfer_ids.DEPOSITS).first()


def _take_advisory_lock(lock: str) -> None:
    # SQLite has one writer at a time: there the transaction itself is the lock.
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(lock, [transfer_ids.DEPOSITS])
