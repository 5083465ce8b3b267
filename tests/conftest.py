"""What all tests share: which servers they run on."""

import os
from collections.abc import Callable, Iterable
from datetime import datetime

import pytest
from django.core.management.commands import flush
from django.db import connection, transaction
from hypothesis import HealthCheck, settings

from livestream import clock
from livestream.storage.database_clock import DatabaseClock

# A machine that is busy is no finding.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")

pytest_plugins = [
    "tests.support.broker",
    "tests.support.byteplus",
    "tests.support.events",
    "tests.support.probes",
    "tests.process.fixtures",
]


def pytest_report_header() -> str:
    """Name the servers of this run, since the same tests must pass on all of them."""
    broker = os.environ.get("BROKER_URL", "stub").partition(":")[0]
    return f"database: {connection.vendor}, broker: {broker}"


def pytest_collection_modifyitems(items: Iterable[pytest.Item]) -> None:
    """Skip, with a reason, the tests of races that SQLite's single writer cannot have."""
    if connection.vendor == "postgresql":
        return
    for item in items:
        if "postgres" in item.keywords:
            item.add_marker(pytest.mark.skip(reason="needs PostgreSQL"))


class _ClockOfTests(DatabaseClock):
    """The database's clock; in a test that may not use the database, the machine's, which is the same here."""

    def now(self) -> datetime:
        try:
            return super().now()
        except RuntimeError:  # pytest-django's refusal
            return clock.MachineClock().now()


@pytest.fixture(scope="session", autouse=True)
def _clock_for_tests_without_database() -> None:
    if connection.vendor == "postgresql":
        clock.follow(_ClockOfTests())


# What migrations store, with the permissions of the groups. No table among them refers to any other table.
_KEPT = {"django_content_type", "auth_permission", "auth_group", "auth_group_permissions"}


@pytest.fixture(scope="session", autouse=True)
def _a_flush_costs_what_a_test_has_stored() -> None:
    """Empty only the tables that hold rows: to empty all, and to store all permissions again, takes half a second."""
    flush.emit_post_migrate_signal = lambda *_args, **_options: None
    connection.ops.sql_flush = _of_tables_with_rows(connection.ops.sql_flush)


def _of_tables_with_rows(sql_flush: Callable[..., list[str]]) -> Callable[..., list[str]]:
    def sql_flush_of_full_tables(style: object, tables: Iterable[str], **options: bool) -> list[str]:
        full = _with_rows(set(tables) - _KEPT)
        # On PostgreSQL, a table can be truncated only together with those that refer to it, full or empty.
        return sql_flush(style, full, **options | {"allow_cascade": connection.vendor == "postgresql"})

    return sql_flush_of_full_tables


def _with_rows(tables: Iterable[str]) -> list[str]:
    queries = (f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM \"{table}\")" for table in sorted(tables))  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(queries))
        return [table for (table,) in cursor.fetchall()]


@pytest.fixture(scope="session", autouse=True)
def _ledgers_can_be_emptied_between_tests() -> None:
    """Let the flush after a test pass the triggers that keep ledgers append-only.

    PostgreSQL empties tables with TRUNCATE, which they do not look at; SQLite has only DELETE.
    """
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
