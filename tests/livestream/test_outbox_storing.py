"""Storing work: in the caller's transaction, at a time, under a key."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from livestream import context, outbox
from livestream.models import OutboxMessage
from livestream.outbox import Delivery, Urgency, enqueue, enqueue_all, wakeups
from tests.support.broker import arrived, silent_broker
from tests.support.outbox import run_due
from tests.support.probes import probe_in_transaction

LATER = timedelta(seconds=60)

pytestmark = pytest.mark.django_db
committing = pytest.mark.django_db(transaction=True)


@pytest.fixture
def broker():
    """A broker that keeps what it is sent, and that nobody works on."""
    with silent_broker() as silent:
        yield silent


@pytest.fixture
def commit(django_capture_on_commit_callbacks):
    """Run a block as if it was committed at its end."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


@committing
def test_without_a_transaction_work_is_refused_since_it_could_be_lost():
    with pytest.raises(transaction.TransactionManagementError, match="open transaction"):
        enqueue(probe_in_transaction, script="")
    assert not OutboxMessage.objects.exists()


@committing
def test_work_of_a_rolled_back_transaction_is_not_stored(probe, broker):
    with transaction.atomic():
        probe.do()
        transaction.set_rollback(True)
    assert (probe.rows(), arrived(broker)) == ([], [])


def test_a_worker_is_woken_after_the_commit_and_not_before(probe, broker, commit):
    with commit():
        probe.do()
        assert arrived(broker) == []
    assert arrived(broker) == [probe.actor]


def test_work_for_later_wakes_nobody_yet(probe, broker, moving, commit):
    with commit():
        probe.do(eta=moving.at + LATER)
    assert arrived(broker) == []
    assert (probe.row().eta, probe.row().due_at) == (moving.at + LATER, moving.at + LATER)


def test_the_calling_process_may_do_it_itself_right_after_its_commit(probe, broker, commit):
    with commit():
        probe.do(inline=True)
        assert probe.marks == 0
    assert (probe.marks, probe.rows(), arrived(broker)) == (1, [], [])


@committing
def test_what_fails_in_the_calling_process_is_kept_and_does_not_fail_the_caller(durable_probe):
    def fail():
        raise ValueError("not this time")

    durable_probe.work = fail
    durable_probe.do(inline=True)
    assert "not this time" in durable_probe.row().error


@committing
def test_a_failing_wake_up_does_not_fail_the_caller(durable_probe, broker, monkeypatch):
    monkeypatch.setattr(wakeups, "request", lambda task: 1 / 0)
    durable_probe.do()
    assert len(durable_probe.rows()) == 1


def test_work_runs_in_the_context_of_the_request_that_enqueued_it(probe):
    heard = []
    probe.work = lambda: heard.append((context.request_id(), context.client_id()))
    with context.bound(request_id="request-1", client_id="app"):
        probe.do()
    run_due()
    assert heard == [("request-1", "app")]
    assert (context.request_id(), context.client_id()) == ("", "")


@pytest.mark.parametrize("pending", ["keep", "touch", "replace"])
def test_a_key_has_one_row_however_often_it_is_enqueued(probe, moving, pending):
    for _ in range(3):
        probe.do(key="k", pending=pending, eta=moving.at + LATER)
    assert len(probe.rows()) == 1


def test_keys_are_those_of_an_actor_and_without_a_key_nothing_is_shared(durable_probe, external_probe):
    for probe in (durable_probe, external_probe):
        probe.do(key="k")
        probe.do()
        probe.do()
        assert len(probe.rows()) == 3


def test_keep_leaves_what_is_pending_alone(probe, moving):
    probe.do(key="k", eta=moving.at + LATER)
    before = probe.row()
    probe.do(key="k", eta=moving.at, pending="keep")
    assert vars(probe.row()) | {"_state": 0} == vars(before) | {"_state": 0}


def test_touch_keeps_time_and_arguments_and_asks_again(probe, moving):
    probe.do(key="k", eta=moving.at + LATER)
    before = probe.row()
    probe.do(key="k", eta=moving.at + 2 * LATER)
    after = probe.row()
    assert (after.id, after.eta, after.due_at) == (before.id, before.eta, before.due_at)


def test_replace_gives_new_time_and_new_arguments(moving):
    with transaction.atomic():
        for number in (1, 2):
            eta = moving.at + number * LATER
            enqueue(probe_in_transaction, Delivery(key="k", eta=eta, pending="replace"), script=f"script {number}")
    row = OutboxMessage.objects.get()
    assert (row.kwargs, row.eta, row.due_at) == ({"script": "script 2"}, eta, eta)


def test_the_messages_of_a_transaction_need_one_wake_up(broker, commit):
    with commit():
        for number in range(5):
            enqueue(probe_in_transaction, script=f"script {number}")
    assert (OutboxMessage.objects.count(), arrived(broker)) == (5, ["probe_in_transaction"])


def test_many_messages_are_stored_at_once_with_keys_and_arguments_of_their_own(moving):
    with transaction.atomic():
        enqueue_all(
            probe_in_transaction,
            [(Delivery(key=f"k{n}", subject=f"s{n}"), {"script": f"script {n}"}) for n in range(3)],
        )
    rows = OutboxMessage.objects.order_by("key").values_list("key", "subject", "kwargs")
    assert list(rows) == [(f"k{n}", f"s{n}", {"script": f"script {n}"}) for n in range(3)]


def test_a_message_has_the_urgency_of_its_task_unless_it_says_otherwise(probe):
    probe.do()
    probe.do(urgency=Urgency.CLIPS)
    usual = Urgency.LIFECYCLE if probe.task is probe_in_transaction else Urgency.PUSHES
    assert sorted(row.urgency for row in probe.rows()) == [usual, Urgency.CLIPS]


def test_a_key_is_free_for_others_while_its_work_runs(probe, moving):
    def ask_again():
        probe.work = probe.mark
        probe.do(key="k", pending="keep")
        assert outbox.pending_keys(probe.task, among=["k", "other"]) == {"k"}
        assert outbox.pending_messages(probe.task, key="k").count() == 2

    probe.work = ask_again
    probe.do(key="k")
    probe.perform()
    assert (probe.calls, [row.key for row in probe.rows()]) == (1, ["k"])
    run_due()
    assert (probe.calls, probe.rows()) == (2, [])


def test_a_retry_makes_dead_and_waiting_work_due_with_a_fresh_count(probe, moving):
    probe.do()
    dead = OutboxMessage.objects.filter(pk=probe.row().id)
    dead.update(failed_at=moving.at, attempts=9, due_at=moving.at + LATER, running_until=moving.at)
    assert outbox.retry(message_ids=[probe.row().id, "0" * 24], now=moving.at) == 1
    row = probe.row()
    assert (row.failed_at, row.attempts, row.due_at, row.running_until) == (None, 0, moving.at, None)
    run_due()
    assert (probe.marks, probe.rows()) == (1, [])


def test_a_retry_leaves_work_for_later_alone_and_does_not_count_it(probe, moving):
    probe.do(eta=moving.at + LATER)
    before = OutboxMessage.objects.values().get()
    assert outbox.retry(message_ids=[probe.row().id], now=moving.at) == 0
    assert OutboxMessage.objects.values().get() == before


def test_replaced_work_has_no_attempts_and_no_error(durable_probe):
    durable_probe.work = durable_probe.failing()
    durable_probe.do(key="k")
    durable_probe.perform()
    assert (durable_probe.row().attempts, bool(durable_probe.row().error)) == (1, True)
    durable_probe.do(key="k", pending="replace")
    assert (durable_probe.row().attempts, durable_probe.row().error) == (0, "")
