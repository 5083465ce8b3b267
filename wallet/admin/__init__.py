"""What support staff reads of the money: all of it, and nobody writes it by hand."""

from wallet.admin import escrows, transfers

__all__ = ["escrows", "transfers"]
