"""The coins of the local profile's viewers."""

from __future__ import annotations

from datetime import datetime

from wallet.services import transfers


def grant_coins(*, user_id: str, coins: int, now: datetime) -> None:
    """Deposit a demo user's first coins, once."""
    transfers.deposit(user_id=user_id, amount=coins, transfer_id=f"demo:welcome:{user_id}", now=now)
