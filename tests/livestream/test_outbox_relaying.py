"""The relay: sends what is due, in order, and again what was sent and never finished."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.conf import settings

from livestream import clock
from livestream.models import OutboxMessage
from livestream.outbox import relaying, sending, sweeping
from tests.support.broker import HangingUp, arrived, broker_away, eventually, relay, silent_broker
from tests.support.ports import free_port
from tests.support.threads import in_thread

pytestmark = pytest.mark.django_db
committing = pytest.mark.django_db(transaction=True)

LATER = timedelta(seconds=60)


@pytest.fixture
def moving():
    with clock.frozen() as moving:
        yield moving


@pytest.fixture
def broker():
    with silent_broker() as silent:
        yield silent


def store_due(probe, count):
    """Store work that came due while nobody looked."""
    for _ in range(count):
        probe.do(eta=clock.now() + LATER)


def test_it_sends_what_is_due_once(durable_probe, broker, moving):
    store_due(durable_probe, 5)
    assert relay() == 0
    moving.advance(seconds=60)
    assert (relay(), relay()) == (5, 0)
    assert arrived(broker) == [row.id for row in durable_probe.rows()]


def test_it_sends_the_oldest_first_and_only_so_many_at_once(durable_probe, broker, moving):
    for seconds in (3, 1, 2):
        durable_probe.do(eta=moving.at + timedelta(seconds=seconds))
    first, second, third = (row.id for row in sorted(durable_probe.rows(), key=lambda row: row.eta))
    moving.advance(seconds=10)
    assert relaying.relay_once(now=moving.at, limit=2) == 2
    assert arrived(broker) == sorted([first, second])
    assert relaying.relay_once(now=moving.at, limit=2) == 1
    assert arrived(broker) == sorted([first, second, third])


def test_what_was_sent_and_never_finished_is_sent_again_each_time_later(durable_probe, broker, moving):
    durable_probe.do()
    gaps = []
    for _ in range(9):
        waited = durable_probe.row().due_at - moving.at
        gaps.append(waited.total_seconds() / settings.OUTBOX_LEASE)
        moving.move_to(durable_probe.row().due_at - timedelta(microseconds=1))
        assert relay() == 0
        moving.advance(seconds=1e-6)
        assert relay() == 1
    assert gaps == [1, 1, 2, 4, 8, 16, 32, 32, 32]
    assert len(arrived(broker)) == 9


@committing
@pytest.mark.parametrize("kind", ["amqp", "redis"])
def test_while_the_broker_is_away_the_commit_stands_and_the_message_is_sent_later(durable_probe, moving, kind):
    with broker_away(kind, port=free_port()):
        durable_probe.do()
        moving.advance(seconds=settings.OUTBOX_LEASE)
        for _ in range(5):
            assert relay() == 0
            moving.advance(seconds=1)
    with silent_broker() as broker:
        assert relay() == 1
        assert arrived(broker) == [durable_probe.row().id]
    # What no broker took is no repeat, so the lease is the first one.
    assert durable_probe.row().due_at == moving.at + timedelta(seconds=settings.OUTBOX_LEASE)


@committing
def test_after_a_failure_requests_leave_the_broker_alone_but_the_relay_goes_on(durable_probe, moving, monkeypatch):
    monkeypatch.setattr(sending, "_REST_SECONDS", 600.0)
    with HangingUp() as server, broker_away("redis", port=server.port):
        durable_probe.do()
        eventually(lambda: server.calls)
        calls = server.calls
        for _ in range(10):
            durable_probe.do()
        assert server.calls == calls
        moving.advance(seconds=60)
        assert relay() == 0
        eventually(lambda: server.calls > calls)
    assert len(durable_probe.rows()) == 11


def test_a_process_that_knows_it_is_alone_takes_over_what_another_life_left(probe, broker, moving):
    probe.do()
    probe.do(eta=moving.at + LATER)
    assert relaying.release_leases(now=moving.at) == 1
    assert relay() == 1
    assert relaying.release_leases(now=moving.at) == 1


def test_dead_work_and_work_of_another_release_is_not_sent(durable_probe, broker, moving):
    store_due(durable_probe, 2)
    dead, unknown = durable_probe.rows()
    OutboxMessage.objects.filter(pk=dead.pk).update(failed_at=moving.at)
    OutboxMessage.objects.filter(pk=unknown.pk).update(actor="actor_of_tomorrow")
    moving.advance(seconds=1000)
    assert (relay(), arrived(broker)) == (0, [])


@pytest.fixture
def sweeps(monkeypatch):
    """The sweeps of this test alone."""
    monkeypatch.setattr(sweeping, "_sweeps", [])
    return sweeping._sweeps


@contextmanager
def running_relay():
    """A relay that runs in a thread until the block ends."""
    stop = threading.Event()
    end = in_thread(lambda: relaying.run(stop))
    try:
        yield
    finally:
        stop.set()
        end()


@committing
def test_a_running_relay_sends_and_sweeps_until_it_is_stopped(durable_probe, broker, sweeps):
    swept = []
    sweeping.sweep(every=0.01)(lambda: swept.append(1))
    durable_probe.do(eta=clock.now() + timedelta(milliseconds=200))
    with running_relay():
        eventually(lambda: arrived(broker) and len(swept) > 3)


@committing
def test_a_sweep_that_fails_stops_neither_the_others_nor_the_relay(durable_probe, broker, sweeps, monkeypatch):
    monkeypatch.setattr(relaying, "_PAUSE_SECONDS", 600.0)
    failures, swept = [], []

    def fail():
        failures.append(1)
        raise ValueError("always")

    sweeping.sweep(every=0.0)(fail)
    sweeping.sweep(every=0.0)(lambda: swept.append(1))
    durable_probe.do(eta=clock.now() + timedelta(milliseconds=50))
    with running_relay():
        eventually(lambda: arrived(broker) and len(swept) > 3)
    assert len(failures) == 1  # a sweep that failed rests for _PAUSE_SECONDS


def test_each_sweep_has_its_own_rhythm(sweeps):
    for every in (1, 3):
        sweeping.sweep(every=every)(lambda: None)
    turns = [[each.every for each in sweeping.due_sweeps(at=at)] for at in range(5)]
    assert turns == [[1, 3], [1], [1], [1, 3], [1]]
