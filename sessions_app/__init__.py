"""Floor 2: sessions and their sources. It does not know goals."""
