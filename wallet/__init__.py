"""Floor 1: accounts, transfers, escrow and earnings. It does not know what a goal is."""
