"""Asking for work while it is done: whoever comes too late for it has it done once more."""

from __future__ import annotations

import pytest
from django.db import transaction

from livestream.outbox import performing
from tests.support.broker import arrived, relay, runnable, silent_broker
from tests.support.threads import Turnstile, at_once, in_thread

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def broker():
    """Nobody works but the test."""
    with silent_broker() as silent:
        yield silent


def drain():
    """Do what is due, as workers would, until nothing is."""
    while waiting := [row.id for row in runnable()]:
        for message_id in waiting:
            performing.perform(message_id=message_id)


@pytest.mark.parametrize("pending", ["touch", "replace"])
def test_work_asked_for_while_it_runs_waits_for_it_and_is_done_again(durable_probe, pending):
    turnstile = Turnstile()
    durable_probe.work = turnstile.stop
    durable_probe.do(key="k")
    running = in_thread(durable_probe.perform)
    turnstile.wait_until_reached()
    asking = in_thread(lambda: durable_probe.do(key="k", pending=pending))
    turnstile.let_on()
    running(), asking()
    assert (durable_probe.calls, len(durable_probe.rows())) == (1, 1)
    drain()
    assert (durable_probe.calls, durable_probe.rows()) == (2, [])


def test_work_asked_for_while_it_runs_and_fails_is_done_again_too(durable_probe):
    turnstile = Turnstile()

    def fail():
        turnstile.stop()
        raise ValueError

    durable_probe.work = fail
    durable_probe.do(key="k")
    running = in_thread(durable_probe.perform)
    turnstile.wait_until_reached()
    asking = in_thread(lambda: durable_probe.do(key="k"))
    turnstile.let_on()
    running(), asking()
    durable_probe.work = durable_probe.mark
    drain()
    assert (durable_probe.marks, durable_probe.rows()) == (1, [])


def test_work_delivered_while_somebody_asks_again_is_left_to_the_one_who_asks(probe, broker):
    probe.do(key="k")
    probe.work = probe.mark
    with transaction.atomic():
        probe.do(key="k")
        if probe.actor == "probe_in_transaction":
            in_thread(probe.perform)()  # the row is taken, so this delivery does nothing
            assert probe.calls == 0
        before = len(arrived(broker))
    assert len(arrived(broker)) == before + 1
    drain()
    assert probe.marks == 1


def test_work_that_may_be_kept_is_not_asked_for_twice_at_once(durable_probe):
    asks = [lambda: durable_probe.do(key="k", pending="keep")] * 8
    assert at_once(*asks) == [None] * 8
    assert len(durable_probe.rows()) == 1


def test_two_deliveries_at_once_do_it_once(durable_probe):
    turnstile = Turnstile()

    def mark_slowly():
        durable_probe.mark()
        turnstile.stop()

    durable_probe.work = mark_slowly
    durable_probe.do()
    first = in_thread(durable_probe.perform)
    turnstile.wait_until_reached()
    assert at_once(*[durable_probe.perform] * 4) == [None] * 4  # none of them waits for the first
    turnstile.let_on()
    first()
    assert (durable_probe.calls, durable_probe.marks) == (1, 1)


def test_external_work_is_begun_by_one_of_many(external_probe):
    turnstile = Turnstile()
    external_probe.work = turnstile.stop
    external_probe.do()
    first = in_thread(external_probe.perform)
    turnstile.wait_until_reached()
    assert at_once(*[external_probe.perform] * 4) == [None] * 4
    turnstile.let_on()
    first()
    assert external_probe.calls == 1


def test_no_wake_up_is_lost_in_many_rounds_of_asking_and_doing(probe):
    """Whoever asks has committed something. The last run must have seen all of it."""
    seen = []
    probe.work = lambda: seen.append(probe.marks)

    def ask():
        with transaction.atomic():
            probe.mark()
            probe.do(key="k")

    for _ in range(12):
        assert at_once(ask, probe.perform, ask, probe.perform) == [None] * 4
    while probe.rows():
        probe.perform()
    assert max(seen) == 24


def test_relays_at_once_send_each_message_once(durable_probe, broker):
    with transaction.atomic():
        for _ in range(60):
            durable_probe.do()
        transaction.get_connection().run_on_commit.clear()  # as if the sender had died
    durable_probe_rows = durable_probe.rows()
    for row in durable_probe_rows:
        row.due_at = row.eta
        row.save(update_fields=["due_at"])
    assert sum(at_once(*[relay] * 4)) == 60
    assert arrived(broker) == sorted(row.id for row in durable_probe_rows)
    assert relay() == 0
