"""PostgreSQL's clock is the clock of this process, whatever the machine's own clock says."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, OperationalError, connection, transaction
from psycopg.pq import TransactionStatus

from livestream import clock
from livestream.api import health
from livestream.storage import database_clock
from settings.environment import BASE_DIR
from tests.support.scraping import scrape
from tests.support.threads import in_thread

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


@pytest.fixture
def readings(monkeypatch):
    """The readings that are made: a thread's id for each."""
    made, read = [], database_clock._read_database

    def counted():
        made.append(threading.get_ident())
        return read()

    monkeypatch.setattr(database_clock, "_read_database", counted)
    return made


def server_time() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]


def status() -> TransactionStatus:
    return connection.connection.info.transaction_status


@pytest.mark.parametrize("ahead", [-300, -0.3, 0, 0.3, 300])
def test_the_time_is_the_servers_whatever_the_machine_says(source, machine, ahead):
    machine.ahead = ahead
    before, now, after = server_time(), clock.now(), server_time()
    assert now.utcoffset() == timedelta(0)
    assert before - timedelta(milliseconds=50) < now <= after
    assert clock.skew() == pytest.approx(ahead, abs=0.05)


def test_it_is_read_once_a_second_and_carried_forward_between(source, machine, readings):
    first = clock.now()
    for _ in range(10):
        machine.passed += 0.05
        clock.now()
    assert len(readings) == 1
    machine.passed += 0.5
    assert clock.now() < first + timedelta(seconds=1)  # what was only imagined to pass did not pass on the server
    assert len(readings) == 2


def test_between_readings_time_passes_as_on_the_steady_clock(source, machine, readings):
    first = clock.now()
    machine.passed += 0.9
    assert timedelta(seconds=0.89) < clock.now() - first < timedelta(seconds=10)
    assert len(readings) == 1


def test_a_reading_is_no_query_of_the_caller_and_leaves_nothing_open(source, django_assert_num_queries):
    connection.ensure_connection()
    with django_assert_num_queries(0):
        clock.now()
    assert status() == TransactionStatus.IDLE


def test_a_transaction_may_set_its_isolation_level_after_the_time_was_read(source, machine, readings):
    clock.now()
    with transaction.atomic():
        machine.passed += 2
        clock.now()
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        clock.now()
    assert len(readings) == 2  # the first, and the one within the transaction once it had begun


def test_in_an_aborted_transaction_the_last_reading_is_used(source, machine, readings):
    first = clock.now()
    with transaction.atomic():
        with pytest.raises(DatabaseError), connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")
        assert status() == TransactionStatus.INERROR
        machine.passed += 2
        assert clock.now() - first >= timedelta(seconds=1.9)
        transaction.set_rollback(True)
    assert len(readings) == 1


def test_in_a_transaction_that_needs_a_rollback_nothing_is_read(source, machine, readings):
    clock.now()
    with transaction.atomic():
        server_time()
        transaction.set_rollback(True)
        machine.passed += 2
        clock.now()
    assert len(readings) == 1


def test_while_a_thread_reads_the_others_use_the_current_estimate(source, machine, monkeypatch):
    before = clock.now()
    machine.passed += 2
    reading, go_on, read = threading.Event(), threading.Event(), database_clock._read_database

    def slow():
        reading.set()
        assert go_on.wait(60)
        return read()

    monkeypatch.setattr(database_clock, "_read_database", slow)

    def reader():
        connection.ensure_connection()
        return clock.now()

    result = in_thread(reader)
    assert reading.wait(60)
    meanwhile = clock.now()  # it would wait, if a reading kept others from the estimate
    go_on.set()
    assert meanwhile - before >= timedelta(
        seconds=1.99
    )  # as the steady clock says; the estimate runs slightly slower than that clock
    assert before <= result() < meanwhile  # as the database says


def test_a_thread_without_a_connection_opens_one_only_after_ten_seconds(source, machine, readings):
    clock.now()

    def ask():
        clock.now()
        return connection.connection is not None

    machine.passed += 9
    assert in_thread(ask)() is False
    machine.passed += 2
    assert in_thread(ask)() is True
    assert len(readings) == 2


@pytest.fixture
def away(monkeypatch):
    """A function after which each reading of the clock fails."""

    def take_away():
        def refuse():
            raise OperationalError("the server closed the connection")

        monkeypatch.setattr(database_clock, "_read_database", refuse)

    return take_away


def test_the_first_reading_must_succeed(source, away):
    away()
    with pytest.raises(OperationalError):
        clock.now()


def test_while_the_database_is_away_the_time_is_carried_forward_for_a_minute(source, machine, away):
    first = clock.now()
    away()
    machine.passed += 59
    assert timedelta(seconds=58.9) < clock.now() - first < timedelta(seconds=60)
    machine.passed += 2
    with pytest.raises(OperationalError):
        clock.now()


def test_a_failure_that_aborted_the_transaction_is_raised(source, machine, away):
    clock.now()
    away()
    with transaction.atomic():
        server_time()
        machine.passed += 2
        with pytest.raises(OperationalError):
            clock.now()


def test_a_scrape_without_a_time_says_that_the_database_is_away(source, away, client):
    away()
    assert scrape(client)["livestream_database_up"] == 0


_FORKING = """
import os, sys
import django; django.setup()
from livestream import clock
first, source = clock.now(), clock._source
with source._reading, source._writing:  # as if another thread were reading
    child = os.fork()
    if child == 0:
        fine = source._reading.acquire(timeout=5) and source._writing.acquire(timeout=5) and clock.now() >= first
        os._exit(0 if fine else 1)
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def test_a_forked_process_has_the_time_and_locks_of_its_own():
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "settings.test"}
    subprocess.run([sys.executable, "-c", _FORKING], check=True, env=environment, cwd=BASE_DIR)


def test_a_frozen_clock_wins(source, machine):
    noon = datetime(2026, 5, 1, 12, tzinfo=UTC)
    machine.ahead = 1_000
    with clock.frozen(noon):
        assert clock.now() == noon


def test_the_readiness_check_closes_its_connection(source):
    assert in_thread(lambda: (health.check_clock(), connection.connection))()[1] is None
