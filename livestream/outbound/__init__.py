"""Calls to other servers: each has a deadline, and a circuit breaker keeps an outage to itself."""
