"""Empties the database between tests, fast: only what holds rows, and on PostgreSQL without truncating."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any, LiteralString

import pytest
from django.core.management.commands import flush
from django.db import connection, transaction
from psycopg.sql import SQL, Identifier, Literal

# What migrations store, including the permissions of groups. None of these tables refers to a table outside this set,
# so all others can be emptied without them.
_KEPT = {"django_content_type", "auth_permission", "auth_group", "auth_group_permissions"}


@pytest.fixture(scope="session", autouse=True)
def _flush_empties_only_tables_with_rows() -> None:
    """Empty only the tables that hold rows: to empty all, and to store all permissions again, takes half a second."""
    flush.emit_post_migrate_signal = lambda *_args, **_options: None
    connection.ops.sql_flush = _of_tables_with_rows(connection.ops.sql_flush)


def _of_tables_with_rows(sql_flush: Callable[..., list[str]]) -> Callable[..., list[str]]:
    def sql_flush_of_full_tables(style: object, tables: Iterable[str], **options: bool) -> list[str]:
        full = _with_rows(set(tables) - _KEPT)
        return _deletions(full) if connection.vendor == "postgresql" else sql_flush(style, full, **options)

    return sql_flush_of_full_tables


def _deletions(tables: list[str]) -> list[str]:
    """Return what deletes all rows on PostgreSQL, also from append-only ledgers. To truncate takes far longer."""
    guarded = [table for table in tables if table in _tables_with_triggers()]
    return [
        *_each("ALTER TABLE {} DISABLE TRIGGER USER", guarded),
        *_each("DELETE FROM {}", tables),
        "SET CONSTRAINTS ALL IMMEDIATE",  # a table with a deferred check cannot be altered
        *_each("ALTER TABLE {} ENABLE TRIGGER USER", guarded),
    ]


def _each(statement: LiteralString, tables: Iterable[str]) -> list[str]:
    return [SQL(statement).format(Identifier(table)).as_string() for table in tables]


@cache
def _tables_with_triggers() -> frozenset[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class JOIN pg_trigger ON tgrelid = pg_class.oid WHERE NOT tgisinternal")
        return frozenset(table for (table,) in cursor.fetchall())


@pytest.fixture(scope="module", autouse=True)
def _rows_of_earlier_tests_are_removed(django_db_blocker: Any) -> Iterator[None]:
    """Vacuum PostgreSQL's tables: what tests rolled back would make every later query slower, many times over."""
    yield
    if connection.vendor == "postgresql" and connection.connection is not None:
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute("SELECT relname FROM pg_stat_user_tables WHERE n_dead_tup > 500")
            for statement in _each("VACUUM (SKIP_LOCKED) {}", [table for (table,) in cursor.fetchall()]):
                cursor.execute(statement)


def _with_rows(tables: Iterable[str]) -> list[str]:
    asked = SQL("SELECT {} WHERE EXISTS (SELECT 1 FROM {})")
    queries = (asked.format(Literal(table), Identifier(table)).as_string() for table in sorted(tables))
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(queries))
        return [table for (table,) in cursor.fetchall()]


@pytest.fixture(scope="session", autouse=True)
def _ledgers_can_be_emptied_between_tests() -> None:
    """Let the flush after a test pass SQLite's triggers that keep ledgers append-only; it cannot disable them."""
    if connection.vendor == "sqlite":
        connection.ops.execute_sql_flush = _without_triggers(connection.ops.execute_sql_flush)


def _without_triggers(flush: Callable[[Iterable[str]], None]) -> Callable[[Iterable[str]], None]:
    def flush_past_triggers(sql_list: Iterable[str]) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            triggers = cursor.fetchall()
            for name, _ in triggers:
                cursor.execute(f'DROP TRIGGER "{name}"')
            flush(sql_list)
            for _, definition in triggers:
                cursor.execute(definition)

    return flush_past_triggers
