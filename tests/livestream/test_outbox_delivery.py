"""Through the broker of this run, with real workers: done once, never lost, never early."""

from __future__ import annotations

from datetime import timedelta

import dramatiq
import pytest
from django.conf import settings
from django.db import transaction

from livestream import clock
from livestream.models import OutboxMessage
from livestream.outbox import Urgency, leases, retry, working
from livestream.outbox.registry import get_task
from tests.support.broker import broker_away, eventually, relay, runnable
from tests.support.ports import free_port
from tests.support.probes import Killed, Probe, probe_in_transaction
from tests.support.threads import Turnstile, at_once

pytestmark = pytest.mark.django_db(transaction=True)

LATER = timedelta(seconds=60)


def test_what_commits_is_done_once_without_any_relay(worker, probe):
    probe.do()
    eventually(lambda: not runnable())
    assert (probe.calls, probe.marks) == (1, 1)


def test_work_is_done_once_however_many_wake_ups_arrive(worker, durable_probe):
    turnstile = Turnstile()

    def mark_slowly():
        durable_probe.mark()
        turnstile.stop()

    durable_probe.work = mark_slowly
    durable_probe.do()
    turnstile.wait_until_reached()
    worker.wake(OutboxMessage.objects.get(), times=20)  # while the first is at work
    turnstile.let_on()
    eventually(lambda: not runnable())
    assert (durable_probe.calls, durable_probe.marks) == (1, 1)


def test_a_wake_up_that_comes_early_does_not_run_work_before_its_time(worker, probe, durable_probe, moving):
    probe.do(eta=moving.at + LATER)
    worker.wake(probe.row(), times=5)
    durable_probe.do()  # sent after them, so they have been looked at when this is done
    eventually(lambda: durable_probe.marks, meanwhile=relay)  # its own wake-up may find all threads of its class busy
    assert probe.calls == 0
    moving.advance(seconds=60)
    worker.drain()
    assert probe.calls == 1


def failed(row, times):
    """Return whether this many attempts have failed; an attempt is counted when it begins."""
    return row.attempts == times and row.running_until is None


def test_failing_work_is_tried_again_until_it_is_dead_and_then_retried_by_hand(worker, probe, moving):
    def fail():
        raise ValueError("the broker cannot help it")

    probe.work = fail
    probe.do()
    for attempts in range(1, settings.OUTBOX_MAX_ATTEMPTS + 1):
        eventually(lambda made=attempts: failed(probe.row(), made), meanwhile=relay)
        moving.move_to(max(probe.row().due_at, moving.at))
    assert probe.calls == settings.OUTBOX_MAX_ATTEMPTS
    assert "the broker cannot help it" in probe.row().error

    probe.work = probe.mark
    retry(message_ids=[probe.row().id], now=moving.at)
    worker.drain()
    assert (probe.marks, probe.rows()) == (1, [])


@pytest.mark.usefixtures("moving")  # a frozen clock: no lease runs out on a busy machine
def test_external_work_asked_for_while_it_runs_is_run_again(worker, external_probe):
    turnstile = Turnstile()
    external_probe.work = turnstile.stop
    external_probe.do(key="k")
    turnstile.wait_until_reached()
    external_probe.do(key="k")
    turnstile.let_on()
    worker.drain()
    assert external_probe.calls == 2


def test_the_work_of_a_worker_that_died_is_done_after_its_lease(worker, probe, moving):
    deaths = []  # probe.calls is 1 before the mark is made

    def die():
        probe.mark()
        deaths.append(1)
        raise Killed

    probe.work = die
    probe.do()
    eventually(lambda: deaths)
    eventually(lambda: leases._renewer is None)  # it lives on here, and would renew by the clock that was moved
    probe.work = probe.mark
    moving.advance(seconds=settings.OUTBOX_LEASE)
    worker.drain()
    effects = 1 if probe.actor == "probe_in_transaction" else 2
    assert (probe.calls, probe.marks) == (2, effects)


def test_work_without_a_wake_up_is_found_by_the_relay(worker, durable_probe):
    with transaction.atomic():
        durable_probe.do()
        transaction.get_connection().run_on_commit.clear()  # the process died after its commit
    worker.drain()
    assert durable_probe.marks == 1


@pytest.mark.parametrize("kind", ["amqp", "redis"])
def test_what_was_asked_for_while_the_broker_was_away_is_done_when_it_is_back(worker, durable_probe, kind):
    with broker_away(kind, port=free_port()):
        for _ in range(3):
            durable_probe.do()
        assert len(durable_probe.rows()) == 3
    worker.drain()
    assert durable_probe.marks == 3


@pytest.mark.usefixtures("moving")  # a frozen clock: no lease runs out on a busy machine
def test_no_wake_up_is_lost_however_many_ask_while_it_runs(worker, probe):
    """Each thread commits a mark with each message; the last run must have seen all marks."""
    seen = []
    probe.work = lambda: seen.append(probe.marks)

    def ask():
        for _ in range(10):
            with transaction.atomic():
                probe.mark()
                probe.do(key="k")

    assert at_once(*[ask] * 4) == [None] * 4
    worker.drain()
    assert seen[-1] == max(seen) == 40
    assert len(seen) <= 41


def test_a_flood_of_work_is_done_exactly_once_each(worker, durable_probe):
    with transaction.atomic():
        for _ in range(100):
            durable_probe.do()
    worker.drain()
    assert (durable_probe.calls, durable_probe.marks) == (100, 100)


def test_a_message_of_the_previous_release_runs_the_row_that_it_names(worker, durable_probe, moving):
    durable_probe.do(eta=moving.at + LATER)
    durable_probe.do(eta=moving.at + LATER)
    moving.advance(seconds=60)
    first, second = durable_probe.rows()
    dramatiq.get_broker().get_actor(durable_probe.actor).send(first.id)
    eventually(lambda: durable_probe.marks)
    assert [row.id for row in durable_probe.rows()] == [second.id]


def test_a_wake_up_by_any_actor_is_for_its_whole_class(worker, durable_probe, moving):
    durable_probe.do(eta=moving.at + LATER)
    moving.advance(seconds=60)
    dramatiq.get_broker().get_actor("deactivate_goal").send()
    eventually(lambda: not durable_probe.rows())
    assert durable_probe.marks == 1


def test_work_of_another_release_waits_untouched_beside_the_rest(worker, durable_probe):
    now = clock.now()
    OutboxMessage.objects.create(actor="actor_of_tomorrow", eta=now, due_at=now, created_at=now)
    before = OutboxMessage.objects.values().get()
    durable_probe.do()
    worker.drain()
    assert OutboxMessage.objects.values().get() == before


def test_what_runs_alone_is_looked_for_after_each_batch_while_there_is_some(durable_probe, monkeypatch):
    """What a killed worker held runs alone, and is the most overdue."""
    turns, alone = [], [1, 0, 1, 0]

    def perform(urgency, *, together, limit):
        turns.append("batch" if together else "alone")
        return (limit if len(turns) < 15 else 0) if together else (alone.pop(0) if alone else 0)

    monkeypatch.setattr(working, "_perform", perform)
    working.work_off(task=get_task(durable_probe.actor))
    assert turns == (
        ["batch", "alone", "alone"] * 2
        + ["batch", "alone"]
        + ["batch"] * 4  # of which the last one is followed by another look
        + ["alone"]
        + ["batch"] * 2  # of which the last one found nothing
        + ["alone"]
    )


def test_what_runs_alone_has_as_much_time_as_the_batch_before_it(durable_probe, monkeypatch):
    turns, moment = [], [0]

    def perform(urgency, *, together, limit):
        turns.append("batch" if together else "alone")
        moment[0] += 3 if together else 1
        return limit

    monkeypatch.setattr(working, "_perform", perform)
    monkeypatch.setattr(working.time, "monotonic", lambda: moment[0])
    monkeypatch.setattr(working.wakeups, "request", lambda **_: None)
    working.work_off(task=get_task(durable_probe.actor))
    assert turns == ["batch", "alone", "alone", "alone"]


def test_a_flood_of_money_does_not_stop_the_lifecycle(worker, durable_probe):
    """It lasts until the task of the lifecycle is done: each task of money enqueues the next one."""
    flood = Probe(probe_in_transaction)

    def go_on():
        if not durable_probe.marks:
            flood.do(urgency=Urgency.MONEY)

    flood.work = go_on
    for _ in range(20):
        flood.do(urgency=Urgency.MONEY)
    eventually(lambda: flood.calls > 20)
    durable_probe.do(urgency=Urgency.LIFECYCLE)
    eventually(lambda: not runnable())
    assert durable_probe.marks == 1
