"""How PostgreSQL would find rows."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection


def assert_found_through_indexes(statements: Sequence[str]) -> None:
    """Assert that no statement has to read a whole table: without that choice, all of it is indexes."""
    assert statements
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        for sql in statements:
            cursor.execute(f"EXPLAIN {sql}")
            plan = "\n".join(row[0] for row in cursor.fetchall())
            assert "Index Cond" in plan, plan
            assert "Seq Scan" not in plan, plan
