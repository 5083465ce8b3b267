"""What the wallet adds to a story: where the coins came from, where they went, and where they are now."""

from wallet.story import money, payer

__all__ = ["money", "payer"]
