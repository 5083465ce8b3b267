"""Doing work: exactly once in the database, at least once elsewhere, and never early."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection

from livestream import clock
from livestream.models import OutboxMessage
from livestream.outbox import performing
from tests.support.broker import relay, silent_broker
from tests.support.probes import Killed

pytestmark = pytest.mark.django_db

LATER = timedelta(seconds=60)


@pytest.fixture(autouse=True)
def _nobody_else_works():
    with silent_broker():
        yield


@pytest.fixture
def moving():
    with clock.frozen() as moving:
        yield moving


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


def test_what_is_delivered_too_early_is_left_for_its_time(probe, moving):
    probe.do(eta=moving.at + LATER)
    probe.perform()
    moving.move_to(moving.at + LATER - timedelta(microseconds=1))
    probe.perform()
    assert probe.calls == 0
    moving.advance(seconds=1e-6)
    probe.perform()
    assert (probe.calls, probe.rows()) == (1, [])


def test_work_that_dies_is_as_if_it_had_not_begun(durable_probe, moving):
    durable_probe.work = durable_probe.failing(Killed)
    durable_probe.do()
    with pytest.raises(Killed):
        durable_probe.perform()
    assert (durable_probe.marks, durable_probe.row().attempts) == (0, 0)
    durable_probe.work = durable_probe.mark
    durable_probe.perform()
    assert (durable_probe.marks, durable_probe.rows()) == (1, [])


def test_external_work_that_dies_is_begun_again_once_its_lease_is_over(external_probe, moving):
    external_probe.work = external_probe.failing(Killed)
    external_probe.do()
    with pytest.raises(Killed):
        external_probe.perform()
    external_probe.work = external_probe.mark
    lease = external_probe.row().running_until
    assert lease == moving.at + timedelta(seconds=2 * settings.OUTBOX_LEASE)
    moving.move_to(lease - timedelta(microseconds=1))
    external_probe.perform()  # for all one knows, the first is still at it
    assert (external_probe.calls, relay()) == (1, 0)
    moving.move_to(lease)
    assert relay() == 1
    external_probe.perform()
    assert (external_probe.marks, external_probe.rows()) == (2, [])


@pytest.mark.django_db(transaction=True)
def test_external_work_runs_outside_of_any_transaction(external_probe):
    seen = []
    external_probe.work = lambda: seen.append(connection.in_atomic_block)
    external_probe.do()
    external_probe.perform()
    assert seen == [False]


def test_external_work_asked_for_while_it_runs_is_run_again(external_probe, moving):
    def ask_again_once():
        external_probe.work = external_probe.mark
        external_probe.do(key="k")
        external_probe.perform()  # a delivery now finds it running

    external_probe.work = ask_again_once
    external_probe.do(key="k")
    external_probe.perform()
    assert (external_probe.calls, external_probe.row().due_at) == (1, moving.at)
    assert relay() == 1
    external_probe.perform()
    assert (external_probe.calls, external_probe.rows()) == (2, [])


@pytest.mark.parametrize("outcome", ["done", "failed"])
def test_external_work_put_off_while_it_runs_is_run_at_its_new_time(external_probe, moving, outcome):
    eta = moving.at + LATER

    def put_off():
        external_probe.do(key="k", eta=eta, pending="replace")
        if outcome == "failed":
            raise ValueError

    external_probe.work = put_off
    external_probe.do(key="k")
    external_probe.perform()
    for _ in range(59):
        assert relay() == 0  # sent early, it would find nothing to do, and then wait for its lease
        moving.advance(seconds=1)
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
