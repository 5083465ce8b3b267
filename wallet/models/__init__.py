"""The wallet's tables."""

from wallet.models.escrow import EarlyRefund, Earning, Escrow
from wallet.models.ledger import Account, PendingCredit, PendingDebit, Transfer

__all__ = ["Account", "EarlyRefund", "Earning", "Escrow", "PendingCredit", "PendingDebit", "Transfer"]
