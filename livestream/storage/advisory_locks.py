"""Advisory locks of PostgreSQL, by name, until the transaction ends.

On SQLite they do nothing: it has one writer at a time, so there the transaction itself is the lock.
"""

from __future__ import annotations

from django.db import connection


def lock(*, name: str) -> None:
    """Wait for all holders of this lock, shared ones included, and keep others out."""
    _take("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", name)


def lock_shared(*, name: str) -> None:
    """Share this lock with others that share it."""
    _take("SELECT pg_advisory_xact_lock_shared(hashtextextended(%s, 0))", name)


def _take(statement: str, name: str) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(statement, [name])
