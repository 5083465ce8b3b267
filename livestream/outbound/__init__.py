"""Calls to other servers: deadlines bound them, circuit breaker and bulkhead keep a hang to one thread."""
