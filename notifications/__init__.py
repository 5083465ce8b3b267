"""Floor 3: what clients hear. It never writes a goal, a session or money."""
