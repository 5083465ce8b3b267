"""Floor 3: goals, their levels, contributions and lifecycle. It does not know Pusher or RTC."""
