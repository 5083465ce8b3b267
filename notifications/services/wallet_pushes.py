"""Pushes about a user's coins, so that a client shows them without asking (spec section 4)."""

from __future__ import annotations

from datetime import datetime

from livestream.events.contracts import GoalProgressed
from notifications import channels
from notifications.push_contracts import PushEvent, WalletDocument
from notifications.services import pushes
from wallet import selectors as wallet
from wallet.selectors import Wallet

# In a rush nobody is pushed to: each buyer has the answer to their own call.
MOST_PAYERS = 50


def document(own: Wallet) -> WalletDocument:
    """Return a wallet as it is pushed."""
    return {"balance": own.balance, "version": own.version}


def push_wallets(*, event: GoalProgressed, now: datetime) -> None:
    """Push to those who paid in this step how many coins they have now, unless a crowd paid at once.

    Who was given something back hears `escrow.refunded`.
    """
    payers = [payer_id for payer_id, coins in (event.payers or {}).items() if coins > 0]
    if not 0 < len(payers) <= MOST_PAYERS:
        return
    found = wallet.wallets_of(user_ids=payers)
    messages = [
        pushes.Message(
            channels=[channels.user(user_id)],
            event=PushEvent.WALLET_UPDATED,
            data={"wallet": document(own)},
            subject=event.goal_id,
            event_id=event.event_id,
        )
        for user_id, own in found.items()
    ]
    pushes.push_all(messages=messages, now=now, bulk=True)
