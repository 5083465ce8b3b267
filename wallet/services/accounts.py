"""Creating accounts, which happens when each is first needed."""

from __future__ import annotations

from datetime import datetime

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
    ensure_account(account_id=transfer_ids.DEPOSITS, kind=Account.Kind.SYSTEM, now=now)
