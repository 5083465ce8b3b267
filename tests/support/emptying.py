"""Empties the database between tests. For speed, only tables that have rows, and on PostgreSQL with DELETE."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any, LiteralString

import pytest
from django.core.management.commands import flush
from django.db import connection, transaction
from psycopg.sql import SQL, Identifier, Literal

# What migrations store, including the permissions of groups. None of these tables has a foreign key to a table
# outside this set, so the others can be emptied.
_KEPT = {"django_content_type", "auth_permission", "auth_group", "auth_group_permissions"}


@pytest.fixture(scope="session", autouse=True)
def _flush_empties_only_tables_with_rows() -> None:
    """Empty only tables that have rows. Emptying all and storing the permissions again takes half a second."""
    flush.emit_post_migrate_signal = lambda *_args, **_options: None
    connection.ops.sql_flush = _of_tables_with_rows(connection.ops.sql_flush)


def _of_tables_with_rows(sql_flush: Callable[..., list[str]]) -> Callable[..., list[str]]:
    def flush_tables_with_rows(style: object, tables: Iterable[str], **options: bool) -> list[str]:
        filled = _with_rows(set(tables) - _KEPT)
        return _deletions(filled) if connection.vendor == "postgresql" else sql_flush(style, filled, **options)

    return flush_tables_with_rows


def _deletions(tables: list[str]) -> list[str]:
    """Return the statements that delete all rows on PostgreSQL, also from ledgers. TRUNCATE is far slower."""
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
def _dead_rows_are_vacuumed(django_db_blocker: Any) -> Iterator[None]:
    """Vacuum the tables in which rolled-back tests left dead rows, which make every later query slower."""
    yield
    if connection.vendor == "postgresql" and connection.connection is not None:
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute("SELECT relname FROM pg_stat_user_tables WHERE n_dead_tup > 500")
            for statement in _each("VACUUM (SKIP_LOCKED) {}", [table for (table,) in cursor.fetchall()]):
                cursor.execute(statement)


def _with_rows(tables: Iterable[str]) -> list[str]:
    query = SQL("SELECT {} WHERE EXISTS (SELECT 1 FROM {})")
    queries = (query.format(Literal(table), Identifier(table)).as_string() for table in sorted(tables))
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(queries))
        return [table for (table,) in cursor.fetchall()]


@pytest.fixture(scope="session", autouse=True)
def _ledgers_can_be_emptied_between_tests() -> None:
    """On SQLite, which cannot disable triggers, drop the append-only triggers during each flush."""
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
