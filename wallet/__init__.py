"""Floor 1, beside the sessions: accounts, transfers, escrow and earnings. It does not know what a goal is."""
