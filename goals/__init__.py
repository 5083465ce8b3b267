"""Floor 2: goals, their levels, contributions and lifecycle. It does not know Pusher or RTC."""
