"""Floor 1, beside the wallet: sessions and their sources. It does not know goals."""
