"""Time limits of the database that an error ran into (docs/decisions/0016-time-limits.md)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg_pool
from django.db import Error, OperationalError, ProgrammingError, connection, connections
from prometheus_client import Counter

LOCK, STATEMENT, IDLE, POOL = "lock", "statement", "idle_in_transaction", "pool"
# PostgreSQL's lock_not_available, query_canceled and idle_in_transaction_session_timeout.
_STATES = {"55P03": LOCK, "57014": STATEMENT, "25P03": IDLE}

COUNTER = Counter("livestream_database_limits", "Time limits of the database that were reached.", ["limit"])


def limit_of(error: BaseException) -> str | None:
    """Return which limit an error of the database ran into: `lock`, `statement`, `idle_in_transaction`, `pool`.

    None is any other error. A `NOWAIT` that finds a lock counts as `lock` too, as does SQLite's "database is locked".
    """
    if is_sqlite_lock(error):
        return LOCK
    if isinstance(error.__cause__, psycopg_pool.PoolTimeout):
        return POOL
    return _STATES.get(state_of(error))


def root_of(error: BaseException) -> BaseException:
    """Return the error that broke a transaction, where a later query failed only because it was broken."""
    while isinstance(error, ProgrammingError) and (earlier := error.__cause__ or error.__context__):
        error = earlier
    return error


def state_of(error: BaseException) -> str:
    """Return the SQLSTATE of an error that Django raised; empty where it has none."""
    return getattr(error.__cause__, "sqlstate", None) or "" if isinstance(error, Error) else ""


def is_sqlite_lock(error: BaseException) -> bool:
    """Return whether SQLite waited in vain for the one that writes."""
    return isinstance(error, OperationalError) and "database is locked" in str(error)


def count(error: BaseException) -> str | None:
    """Count the limit that an error ran into, and return it; None where it is another error."""
    limit = limit_of(error)
    if limit is not None:
        COUNTER.labels(limit).inc()
    return limit


@contextmanager
def lifted() -> Iterator[None]:
    """Surround work of this thread that may take long, such as migrations, with the limits of a command.

    Its connections are closed afterwards, since the others of the process have their limits.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0; SET lock_timeout = '10s'")
    try:
        yield
    finally:
        connections.close_all()
        if connection.vendor == "postgresql":
            connection.close_pool()  # type: ignore[attr-defined]
