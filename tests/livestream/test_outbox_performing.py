"""Doing work: exactly once in the database, at least once elsewhere, and never early."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection

from livestream.models import OutboxMessage
from livestream.outbox import Urgency, claiming, performing, working
from livestream.outbox.registry import get_task
from tests.support.broker import relay, silent_broker
from tests.support.probes import Killed, Probe, probe_in_transaction

pytestmark = pytest.mark.django_db

LATER = timedelta(seconds=60)


@pytest.fixture(autouse=True)
def _nobody_else_works():
    with silent_broker():
        yield


def test_it_is_done_and_its_row_is_gone(probe):
    probe.do()
    probe.perform()
    assert (probe.marks, probe.rows()) == (1, [])


def test_a_second_delivery_finds_nothing_to_do(probe):
    probe.do()
    message_id = probe.row().id
    for _ in range(3):
        performing.perform(message_id=message_id)
    assert probe.calls == 1


def test_a_message_nobody_knows_is_no_error():
    performing.perform(message_id="0" * 24)


def test_work_is_not_performed_before_its_time(probe, moving):
    probe.do(eta=moving.at + LATER)
    probe.perform()
    moving.move_to(moving.at + LATER - timedelta(microseconds=1))
    probe.perform()
    assert probe.calls == 0
    moving.advance(seconds=1e-6)
    probe.perform()
    assert (probe.calls, probe.rows()) == (1, [])


def test_work_whose_worker_dies_is_retried_after_its_lease_and_its_attempt_counts(probe, moving):
    probe.work = probe.failing(Killed)
    probe.do()
    with pytest.raises(Killed):
        probe.perform()
    left = 0 if probe.task is probe_in_transaction else 1
    assert (probe.marks, probe.row().attempts) == (left, 1)
    probe.work = probe.mark
    lease = probe.row().running_until
    assert lease == moving.at + timedelta(seconds=settings.OUTBOX_LEASE)
    moving.move_to(lease - timedelta(microseconds=1))
    probe.perform()  # the first one might still be running
    assert (probe.calls, relay()) == (1, 0)
    moving.move_to(lease)
    assert relay() == 1
    probe.perform()
    assert (probe.marks, probe.rows()) == (left + 1, [])


def test_work_that_kills_its_worker_at_each_attempt_becomes_dead(probe, moving):
    probe.work = probe.failing(Killed)
    probe.do()
    for _ in range(settings.OUTBOX_MAX_ATTEMPTS):
        with pytest.raises(Killed):
            probe.perform()
        moving.move_to(probe.row().running_until)
    probe.perform()
    row = probe.row()
    assert (probe.calls, row.attempts, row.failed_at) == (settings.OUTBOX_MAX_ATTEMPTS, probe.calls, moving.at)
    assert "its worker died" in row.error
    assert relay() == 0


@pytest.mark.django_db(transaction=True)
def test_external_work_runs_outside_of_any_transaction(external_probe):
    seen = []
    external_probe.work = lambda: seen.append(connection.in_atomic_block)
    external_probe.do()
    external_probe.perform()
    assert seen == [False]


@pytest.mark.parametrize("outcome", ["done", "failed"])
def test_work_enqueued_while_it_runs_is_run_again_afterwards(probe, moving, outcome):
    def ask_again_once():
        probe.work = probe.mark
        probe.do(key="k")
        probe.perform()  # a delivery now finds it running
        assert probe.calls == 1
        if outcome == "failed":
            raise ValueError

    probe.work = ask_again_once
    probe.do(key="k")
    probe.perform()
    assert (probe.calls, probe.row().key) == (1, "k")
    moving.move_to(max(probe.row().due_at, moving.at))
    assert relay() == 1
    probe.perform()
    assert (probe.calls, probe.rows()) == (2, [])


@pytest.mark.parametrize("outcome", ["done", "failed"])
def test_work_put_off_while_it_runs_is_run_at_its_new_time(external_probe, moving, outcome):
    probe = external_probe  # the failure of any other undoes that it was put off
    eta = moving.at + LATER

    def put_off():
        probe.do(key="k", eta=eta, pending="replace")
        if outcome == "failed":
            raise ValueError

    probe.work = put_off
    probe.do(key="k")
    probe.perform()
    moving.move_to(eta - timedelta(microseconds=1))
    assert relay() == 0
    moving.move_to(eta)
    assert relay() == 1


def test_durable_work_asks_for_itself_again_under_its_own_key(durable_probe):
    def once_more():
        durable_probe.work = durable_probe.mark
        durable_probe.do(key="k", pending="keep")

    durable_probe.work = once_more
    durable_probe.do(key="k")
    durable_probe.perform()
    assert len(durable_probe.rows()) == 1
    durable_probe.perform()
    assert (durable_probe.marks, durable_probe.rows()) == (1, [])


def test_work_of_another_release_waits_untouched(moving):
    row = OutboxMessage.objects.create(actor="actor_of_tomorrow", eta=moving.at, due_at=moving.at, created_at=moving.at)
    before = OutboxMessage.objects.filter(pk=row.pk).values().get()
    moving.advance(seconds=10_000)
    assert relay() == 0
    performing.perform(message_id=row.pk)
    assert OutboxMessage.objects.filter(pk=row.pk).values().get() == before


@pytest.fixture
def batch(moving):
    """Ten pieces of work of one class, each with a probe of its own."""
    probes = [Probe(probe_in_transaction) for _ in range(10)]
    for each in probes:
        each.do()
    yield probes
    for each in probes:
        each.forget()


def work_off():
    for _ in range(20):  # each time for half a second, which may be little on a busy machine
        working.work_off(task=get_task(probe_in_transaction.__name__))


def test_a_failure_in_a_batch_rolls_back_only_its_own_work(batch):
    batch[3].work = batch[3].failing()
    work_off()
    assert [each.marks for each in batch] == [1, 1, 1, 0, 1, 1, 1, 1, 1, 1]
    assert [row.attempts for each in batch for row in each.rows()] == [1]


def test_a_task_that_killed_its_batch_is_retried_alone_and_costs_the_others_one_attempt(batch, moving):
    batch[3].work = batch[3].failing(Killed)
    with pytest.raises(Killed):
        work_off()
    assert [each.marks for each in batch] == [0] * 10
    moving.advance(seconds=settings.OUTBOX_LEASE)
    with pytest.raises(Killed):
        work_off()
    moving.advance(seconds=settings.OUTBOX_LEASE)
    batch[3].work = batch[3].mark
    work_off()
    assert [(each.marks, each.rows()) for each in batch] == [(1, [])] * 10


def test_a_claim_that_passed_to_another_worker_is_not_run(durable_probe, moving):
    durable_probe.do()
    claimed = claiming.claim_one(message_id=durable_probe.row().id, now=moving.at)
    moving.advance(seconds=settings.OUTBOX_LEASE)
    second = claiming.claim_one(message_id=claimed.id, now=moving.at)
    performing.perform_claimed(messages=[claimed])  # its process was paused for longer than its lease
    assert durable_probe.calls == 0
    performing.perform_claimed(messages=[second])
    assert (durable_probe.calls, durable_probe.rows()) == (1, [])


def test_the_most_overdue_is_claimed_first_up_to_the_limit(durable_probe, moving):
    for seconds in (3, 1, 2):
        durable_probe.do(eta=moving.at + timedelta(seconds=seconds))
    moving.advance(seconds=10)
    options = {"urgency": Urgency.LIFECYCLE, "together": True, "now": moving.at}
    etas = [[row.eta - moving.at for row in claiming.claim(**options, limit=2)] for _ in range(3)]
    assert etas == [[timedelta(seconds=-9), timedelta(seconds=-8)], [timedelta(seconds=-7)], []]


def test_work_that_is_due_at_once_runs_in_a_process_whose_time_is_slightly_behind(probe, moving):
    seen = []
    probe.work = lambda: seen.append(1)
    probe.do()
    moving.advance(seconds=-0.3)
    [claimed] = claiming.claim(
        urgency=Urgency(probe.row().urgency),
        together=probe.task is probe_in_transaction,
        limit=1,
        now=moving.at,
    )
    performing.perform_claimed(messages=[claimed])
    assert (seen, probe.rows()) == ([1], [])
