"""What the wallet tells in a story: where every coin came from, went to, and is now."""

from wallet.story import money, payer

__all__ = ["money", "payer"]
