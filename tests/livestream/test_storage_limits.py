"""Which time limit of the database an error reached, on a real database."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing

import psycopg
import psycopg_pool
import pytest
from django.db import DatabaseError, IntegrityError, OperationalError, connection, connections, transaction

from livestream.models import User
from livestream.storage import limits
from livestream.storage.conflicts import gave_way, is_conflict, retried
from tests.support.waiting import until


def with_cause(error: DatabaseError, cause: BaseException) -> DatabaseError:
    error.__cause__ = cause
    return error


class Deadlock(Exception):
    sqlstate = "40P01"


CONFLICT = with_cause(OperationalError("deadlock detected"), Deadlock())
LOCKED = OperationalError("database is locked")
POOL = with_cause(OperationalError("no connection"), psycopg_pool.PoolTimeout())
AWAY = OperationalError("connection refused")
BUG = ValueError("database is locked")


@pytest.mark.parametrize(
    ("error", "limit", "conflict", "way"),
    [
        (CONFLICT, None, True, True),
        (LOCKED, limits.LOCK, True, True),
        (POOL, limits.POOL, False, False),
        (AWAY, None, False, False),
        (IntegrityError("twice"), None, False, False),
        (BUG, None, False, False),
    ],
)
def test_an_error_is_a_limit_a_conflict_or_neither(error, limit, conflict, way):
    assert (limits.limit_of(error), is_conflict(error), gave_way(error)) == (limit, conflict, way)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_query_in_a_transaction_that_a_limit_aborted_gave_way_as_well():
    violate_uniqueness()  # Django still names this error as the cause in later transactions
    with pytest.raises(DatabaseError) as raised:
        lock_in_vain_and_go_on()
    assert isinstance(raised.value, transaction.TransactionManagementError)
    assert gave_way(raised.value)


def violate_uniqueness() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        [User.objects.create(username="twice") for _ in range(2)]


@transaction.atomic
def lock_in_vain_and_go_on() -> None:
    with closing(psycopg.connect(**other_session())) as other:
        other.execute(f"LOCK TABLE {User._meta.db_table}")
        try:
            with transaction.atomic(savepoint=False), connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = 50")
                cursor.execute(f"LOCK TABLE {User._meta.db_table}")
        except OperationalError:
            User.objects.count()


def run_into(*statements: str) -> DatabaseError:
    """Run statements in one transaction and return the error of the database."""
    with pytest.raises(DatabaseError) as raised:
        execute_all(statements)
    return raised.value


@transaction.atomic
def execute_all(statements: Iterable[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@transaction.atomic
def hang_in_a_transaction() -> None:
    """Keep a transaction open without a query for longer than allowed, and then query again."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 50")
        cursor.execute("SELECT pg_backend_pid()")
        wait_until_ended(cursor.fetchone()[0])
        cursor.execute("SELECT 1")


def wait_until_ended(pid: int) -> None:
    """Query from another session until the server has ended a session."""
    with closing(psycopg.connect(**other_session(), autocommit=True)) as other:
        alive = "SELECT count(*) FROM pg_stat_activity WHERE pid = %s"
        until(lambda: other.execute(alive, [pid]).fetchone() == (0,), what="the session to be ended", seconds=30)


def other_session() -> dict[str, str]:
    names = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    return {key: connection.settings_dict[name] for key, name in names.items() if connection.settings_dict[name]}


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_lock_timeout_is_raised_and_not_retried():
    calls = []

    @retried
    def wait_for_it() -> None:
        calls.append(1)
        raise run_into("SET LOCAL lock_timeout = 50", f"LOCK TABLE {User._meta.db_table}")

    with closing(psycopg.connect(**other_session())) as other:
        other.execute(f"LOCK TABLE {User._meta.db_table}")
        with pytest.raises(OperationalError) as raised:
            wait_for_it()
    assert len(calls) == 1
    assert limits.limit_of(raised.value) == limits.LOCK
    assert gave_way(raised.value)
    assert not is_conflict(raised.value)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_statement_that_takes_too_long_is_a_limit_and_no_conflict():
    error = run_into("SET LOCAL statement_timeout = 50", "SELECT pg_sleep(60)")
    assert (limits.limit_of(error), gave_way(error)) == (limits.STATEMENT, False)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_session_that_hung_in_a_transaction_is_ended_and_its_thread_continues():
    with pytest.raises(DatabaseError) as raised:
        hang_in_a_transaction()
    assert (limits.limit_of(raised.value), gave_way(raised.value)) == (limits.IDLE, False)
    assert User.objects.count() == 0


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_dead_connection_in_the_pool_is_replaced():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    connections.close_all()  # it waits in the pool
    with closing(psycopg.connect(**other_session(), autocommit=True)) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [pid])
    wait_until_ended(pid)
    assert User.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_a_limit_is_counted_and_another_error_is_not():
    before = limits.COUNTER.labels(limits.LOCK)._value.get()
    assert (limits.count(LOCKED), limits.count(AWAY)) == (limits.LOCK, None)
    assert limits.COUNTER.labels(limits.LOCK)._value.get() == before + 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_migrations_of_the_one_process_have_the_limits_of_a_command():
    def shown(name: str) -> str:
        with connection.cursor() as cursor:
            cursor.execute(f"SHOW {name}")
            return cursor.fetchone()[0]

    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 7000")
    with limits.lifted():
        assert (shown("statement_timeout"), shown("lock_timeout")) == ("0", "10s")
    assert shown("lock_timeout") == "0"
