"""Django's PostgreSQL backend, with fewer round trips to check the connections of the pool."""
