"""The wallet's tables."""

from wallet.models.escrow import Earning, Escrow
from wallet.models.ledger import Account, PendingCredit, Transfer

__all__ = ["Account", "Earning", "Escrow", "PendingCredit", "Transfer"]
