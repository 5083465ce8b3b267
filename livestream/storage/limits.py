"""Which time limit of the database an error reached (docs/decisions/0016-time-limits.md)."""

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
for _limit in (*_STATES.values(), POOL):
    COUNTER.labels(_limit)  # 0 from the start: Prometheus sees no increase when a series first appears


def limit_of(error: BaseException) -> str | None:
    """Return which limit an error of the database reached: `lock`, `statement`, `idle_in_transaction`, `pool`.

    None for any other error. A `NOWAIT` that finds a lock counts as `lock` too, as does SQLite's "database is locked".
    """
    if is_sqlite_lock(error):
        return LOCK
    if isinstance(error.__cause__, psycopg_pool.PoolTimeout):
        return POOL
    return _STATES.get(state_of(error))


def root_of(error: BaseException) -> BaseException:
    """Return the error that aborted a transaction, if a later query failed only because of that."""
    # The context comes first: Django sets the cause to the error that it noted last, which may be of an earlier
    # transaction.
    while isinstance(error, ProgrammingError) and (earlier := error.__context__ or error.__cause__):
        error = earlier
    return error


def state_of(error: BaseException) -> str:
    """Return the SQLSTATE of an error that Django raised; empty if it has none."""
    return (getattr(error.__cause__, "sqlstate", None) or "") if isinstance(error, Error) else ""


def is_sqlite_lock(error: BaseException) -> bool:
    """Return whether SQLite gave up waiting for its write lock."""
    return isinstance(error, OperationalError) and "database is locked" in str(error)


def count(error: BaseException) -> str | None:
    """Count the limit that an error reached, and return it; None for any other error."""
    limit = limit_of(error)
    if limit is not None:
        COUNTER.labels(limit).inc()
    return limit


def shorten_lock_waits(*, milliseconds: int) -> None:
    """Have the rest of this transaction wait for a lock only this long; on SQLite nothing changes."""
    _set_lock_timeout(str(milliseconds))


def restore_lock_waits() -> None:
    """Have the rest of this transaction wait for locks as its connection does, its commit included."""
    _set_lock_timeout("DEFAULT")


def _set_lock_timeout(value: str) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout TO {value}")


@contextmanager
def lifted() -> Iterator[None]:
    """Give this thread the limits of a command, for work that takes long, such as migrations.

    Its connections are closed afterwards, so that its next ones have the limits of the process again.
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
