"""The wallet's tables."""

from wallet.models.account import Account
from wallet.models.earning import Earning
from wallet.models.escrow import Escrow
from wallet.models.transfer import PendingCredit, Transfer

__all__ = ["Account", "Earning", "Escrow", "PendingCredit", "Transfer"]
