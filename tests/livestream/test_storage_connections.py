"""Whether a connection of the pool still works: it is checked only where there is a reason to."""

import select
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from threading import Barrier

import psycopg
import pytest
from django.db import connection, connections
from psycopg_pool import ConnectionPool

from livestream.models import User
from livestream.storage.postgresql import base

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def one_connection():
    """Begin with a pool of one connection, which has been used."""
    connections.close_all()
    connection.close_pool()
    own_pid()


@pytest.fixture
def checked(monkeypatch):
    """The connections that were checked with a round trip."""
    checked, ask = [], ConnectionPool.check_connection
    monkeypatch.setattr(ConnectionPool, "check_connection", lambda each: [checked.append(each), ask(each)])
    return checked


def own_pid():
    """Return the id of the server's process for the connection that is used now, and give it back to the pool."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        [pid] = cursor.fetchone()
    connections.close_all()
    return pid


def elsewhere(statement, *values):
    connection.ensure_connection()
    parameters = connection.get_connection_params()
    connections.close_all()
    known = {name: parameters[name] for name in ("dbname", "user", "host", "port") if name in parameters}
    with closing(psycopg.connect(**known, autocommit=True)) as other:
        other.execute(statement, values)


def wait_for_input():
    """Wait until what the server has sent is there for the one connection of the pool."""
    waiting = connection.pool.getconn()
    assert select.select([waiting.fileno()], [], [], 30)[0]
    connection.pool.putconn(waiting)


def test_a_connection_that_was_used_a_moment_ago_is_not_checked(checked):
    assert own_pid() == own_pid()
    assert checked == []


def test_a_connection_that_has_been_idle_is_checked(checked, monkeypatch):
    pid = own_pid()
    monkeypatch.setattr(base, "_TRUSTED_SECONDS", 0)
    assert own_pid() == pid
    assert len(checked) == 1


def test_a_connection_on_which_the_server_has_sent_something_is_checked(checked):
    with connection.cursor() as cursor:
        cursor.execute("LISTEN news")
    pid = own_pid()
    elsewhere("NOTIFY news")
    wait_for_input()
    checked.clear()
    assert own_pid() == pid
    assert len(checked) == 1


def test_a_connection_that_was_never_used_is_checked(checked):
    own_pid()
    pool = connection.pool
    unused = pool.getconn()
    del unused.idle_since  # as one has that the pool opened in advance
    pool.putconn(unused)
    own_pid()
    assert checked == [unused]


@pytest.mark.parametrize("error", [psycopg.InterfaceError, psycopg.OperationalError, KeyboardInterrupt])
def test_a_connection_whose_check_fails_goes_back_to_the_pool(error, monkeypatch):
    own_pid()
    monkeypatch.setattr(base, "_TRUSTED_SECONDS", 0)
    pool, failures = connection.pool, [error("it fails")]

    def fail_once(_):
        if failures:
            raise failures.pop()

    monkeypatch.setattr(ConnectionPool, "check_connection", fail_once)
    with suppress(KeyboardInterrupt):
        own_pid()
    assert pool.get_stats()["pool_available"] == pool.get_stats()["pool_size"]


def test_when_all_connections_have_ended_no_query_fails():
    together = Barrier(4)

    def use():
        try:
            connection.ensure_connection()
            together.wait(timeout=30)
            return User.objects.count()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        assert [each.result() for each in [pool.submit(use) for _ in range(4)]] == [0] * 4
        ending = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        for _ in range(2):  # the second time, also those that the pool has opened since
            elsewhere(f"{ending} AND datname = current_database()")
            assert [each.result() for each in [pool.submit(use) for _ in range(4)]] == [0] * 4
