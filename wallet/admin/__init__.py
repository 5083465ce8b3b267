"""The admin pages of the wallet: all of it can be viewed, and nothing changed by hand."""

from wallet.admin import escrows, transfers

__all__ = ["escrows", "transfers"]
