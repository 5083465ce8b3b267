"""The wallet's tables."""

from wallet.models.escrow import EarlyRefund, Earning, Escrow, PayerTotal
from wallet.models.ledger import Account, PendingCredit, PendingDebit, Transfer

__all__ = ["Account", "EarlyRefund", "Earning", "Escrow", "PayerTotal", "PendingCredit", "PendingDebit", "Transfer"]
