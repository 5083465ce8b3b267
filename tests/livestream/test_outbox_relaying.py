"""The relay: wakes workers for due work, in order of urgency, until it is claimed; and calls the sweeps."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from livestream import clock
from livestream.models import OutboxMessage
from livestream.outbox import Urgency, claiming, relaying, sweeping, working
from livestream.outbox.registry import task_for
from tests.support.broker import arrived, broker_away, eventually, relay, silent_broker
from tests.support.ports import free_port
from tests.support.probes import Probe, probe_in_transaction
from tests.support.threads import in_thread

pytestmark = pytest.mark.django_db
committing = pytest.mark.django_db(transaction=True)

# The relay wakes the workers of a class by this actor, whichever tasks are due: the previous release has it as well.
WAKING = task_for(Urgency.LIFECYCLE).name
LATER = timedelta(seconds=60)


@pytest.fixture
def broker():
    with silent_broker() as silent:
        yield silent


def store_due(probe, count):
    """Store work that is due in a minute, when no wake-up is sent for it."""
    for _ in range(count):
        probe.do(eta=clock.now() + LATER)


def test_it_wakes_workers_for_due_work_and_not_before(durable_probe, broker, moving):
    store_due(durable_probe, 5)
    assert (relay(), arrived(broker)) == (0, [])
    moving.advance(seconds=60)
    assert (relay(), arrived(broker)) == (5, [WAKING])


def test_the_most_urgent_class_comes_first(broker, moving):
    probes = [Probe(probe_in_transaction) for _ in Urgency]
    for urgency, each in zip(reversed(Urgency), probes, strict=True):
        each.do(eta=moving.at + LATER, urgency=urgency)
    moving.advance(seconds=60)
    found = relaying.backlog(now=moving.at)
    assert [each.urgency for each in found] == list(Urgency)
    assert (relay(), len(arrived(broker))) == (5, 5)


def test_a_large_backlog_wakes_several_workers_up_to_a_limit(durable_probe, broker, moving):
    store_due(durable_probe, 2 * working.BATCH + 1)
    moving.advance(seconds=60)
    relay()
    assert len(arrived(broker)) == 2
    assert relaying._COUNT_LIMIT == relaying._MAX_WAKE_UPS * working.BATCH


def test_wake_ups_for_unclaimed_work_are_repeated_at_growing_intervals(durable_probe, broker, moving, monkeypatch):
    moment = [100.0]
    monkeypatch.setattr(relaying.time, "monotonic", lambda: moment[0])
    durable_probe.do()
    one = relaying.Relay()
    woken = []
    for _ in range(80):
        woken += [moment[0] - 100] if one.once(now=moving.at) else []
        moment[0] += 0.125
    assert woken == [0, 0.5, 1.5, 3.5, 5.5, 7.5, 9.5]


def test_while_no_worker_comes_back_wake_ups_do_not_pile_up(durable_probe, broker, moving, monkeypatch):
    moment = [0.0]
    monkeypatch.setattr(relaying.time, "monotonic", lambda: moment[0])
    durable_probe.do()
    found = relaying.backlog(now=moving.at)
    monkeypatch.setattr(relaying, "backlog", lambda *, now: found)
    one = relaying.Relay()
    woken = []
    while moment[0] < 3 * 3600:
        woken += [moment[0]] if one.once(now=moving.at) else []
        moment[0] += 0.5
    assert sum(at < 60 for at in woken) > 30
    assert sum(at >= 3600 for at in woken) == 2 * 60
    assert len(woken) < 400
    found = [replace(each, first="another one") for each in found]
    assert one.once(now=moving.at) == 1  # it is worth a wake-up at once


def test_while_workers_make_progress_they_are_woken_every_half_second(durable_probe, broker, moving, monkeypatch):
    moment = [100.0]
    monkeypatch.setattr(relaying.time, "monotonic", lambda: moment[0])
    for seconds in range(20):
        durable_probe.do(eta=moving.at + timedelta(seconds=seconds))
    moving.advance(seconds=60)
    one, woken = relaying.Relay(), []
    for row in durable_probe.rows():
        woken += [moment[0] - 100] if one.once(now=moving.at) else []
        row.delete()
        moment[0] += 0.125
    assert woken == [0, 0.5, 1, 1.5, 2]


def test_what_became_due_after_a_wake_up_is_worth_another_one_at_once(durable_probe, broker, moving):
    """At each round of the relay some message is due, but the workers were idle in between."""
    for tenths in range(20):
        durable_probe.do(eta=moving.at + timedelta(seconds=tenths / 10))
    one = relaying.Relay()
    for row in durable_probe.rows():
        moving.move_to(max(row.eta, moving.at))
        assert one.once(now=moving.at) == 1
        row.delete()


def test_after_a_class_had_no_due_work_its_next_is_worth_a_wake_up_at_once(durable_probe, broker, moving):
    one = relaying.Relay()
    for _ in range(3):
        durable_probe.do()
        assert [one.once(now=moving.at) for _ in range(2)] == [1, 0]
        durable_probe.row().delete()
        assert one.once(now=moving.at) == 0


@committing
@pytest.mark.parametrize("kind", ["amqp", "redis"])
def test_while_the_broker_is_away_the_commit_stands_and_workers_are_woken_later(durable_probe, kind):
    with broker_away(kind, port=free_port()):
        durable_probe.do()
        assert relay() == 1  # it requests a wake-up, and does not wait for the broker
    with silent_broker() as broker:
        assert relay() == 1
        eventually(lambda: WAKING in arrived(broker))


@committing
def test_nobody_waits_for_a_broker_that_accepts_connections_and_does_not_answer(durable_probe):
    with socket.create_server(("127.0.0.1", 0)) as server, broker_away("amqp", port=server.getsockname()[1]):
        for _ in range(20):
            durable_probe.do()
            assert relay() > 0
        connection, _ = server.accept()  # the dispatcher did connect
        connection.close()
        server.close()  # so that the dispatcher's next connection does not wait for its time limit
    assert len(durable_probe.rows()) == 20


def test_a_process_that_knows_it_is_alone_releases_the_claims_of_its_previous_run(probe, broker, moving):
    probe.do()
    probe.do(eta=moving.at + LATER)
    assert claiming.claim_one(message_id=probe.rows()[0].id, now=moving.at)
    assert relay() == 0
    assert relaying.release_leases(now=moving.at) == 1
    assert (relay(), probe.rows()[0].attempts) == (1, 0)


def test_dead_work_and_work_of_another_release_wakes_nobody(durable_probe, broker, moving):
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
def test_a_running_relay_wakes_workers_and_sweeps_until_it_is_stopped(durable_probe, broker, sweeps):
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
    assert len(failures) == 1  # a sweep that failed pauses for _PAUSE_SECONDS


def test_each_sweep_has_its_own_rhythm(sweeps):
    for every in (1, 3):
        sweeping.sweep(every=every)(lambda: None)
    turns = [[each.every for each in sweeping.due_sweeps(at=at)] for at in range(5)]
    assert turns == [[1, 3], [1], [1], [1, 3], [1]]
