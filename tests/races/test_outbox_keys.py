"""Enqueueing work while it runs: it is then run once more."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest
from django.db import transaction

from livestream import clock
from livestream.models import OutboxMessage, User
from livestream.outbox import Urgency, claiming, performing, relaying, sql, working
from livestream.outbox.registry import get_task, names_of, task_names
from tests.support.broker import runnable, silent_broker
from tests.support.probes import Probe, probe_in_transaction
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


@pytest.mark.parametrize("pending", ["keep", "touch", "replace"])
def test_enqueueing_work_while_it_runs_does_not_wait_for_it(probe, pending):
    """Its worker may be paused in the transaction of the work, for as long as the time limits allow."""
    turnstile = Turnstile()
    probe.work = turnstile.stop
    probe.do(key="k")
    running = in_thread(probe.perform)
    turnstile.wait_until_reached()
    in_thread(lambda: probe.do(key="k", pending=pending))()  # it ends before the work does
    assert (probe.calls, [row.key for row in probe.rows()].count("k")) == (1, 1)
    turnstile.let_on()
    running()
    probe.work = probe.mark
    drain()
    assert (probe.calls, probe.rows()) == (2, [])


def test_work_enqueued_while_it_runs_and_fails_is_run_again_too(probe):
    turnstile = Turnstile()

    def fail():
        turnstile.stop()
        raise ValueError

    probe.work = fail
    probe.do(key="k")
    running = in_thread(probe.perform)
    turnstile.wait_until_reached()
    in_thread(lambda: probe.do(key="k"))()
    turnstile.let_on()
    running()
    probe.work = probe.mark
    drain()
    assert (probe.marks, probe.rows()) == (1, [])


def test_work_that_is_being_enqueued_again_is_claimed_after_that_commit(probe):
    probe.do(key="k")
    with transaction.atomic():
        probe.do(key="k")
        in_thread(claim_all)()  # the row is locked, so nobody claims it
        assert [row.running_until for row in probe.rows()] == [None]
    drain()
    assert (probe.marks, probe.rows()) == (1, [])


def test_work_that_is_enqueued_by_many_at_once_with_keep_is_stored_once(durable_probe):
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
    """Each thread commits a mark with its message. The last run must have seen all marks."""
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


def test_workers_at_once_claim_each_message_once(durable_probe):
    with transaction.atomic():
        for _ in range(60):
            durable_probe.do()
    claimed = at_once(*[claim_all] * 4)
    assert sorted(row.id for each in claimed for row in each) == sorted(row.id for row in durable_probe.rows())


def test_both_forms_of_a_claim_and_of_the_backlog_agree(durable_probe, external_probe, broker):
    with clock.frozen() as moving:
        for number in range(12):
            # No two are due at the same moment: either form may then choose any of them.
            eta = moving.at + timedelta(seconds=number % 5, milliseconds=2 * number)
            durable_probe.do(eta=eta, urgency=Urgency(number % 3), key=f"k{number}" if number % 2 else None)
            external_probe.do(eta=eta + timedelta(milliseconds=1), urgency=Urgency(number % 2))
        moving.advance(seconds=3.5)
        running = claiming.claim_one(message_id=OutboxMessage.objects.filter(key="k1").get().id, now=moving.at)
        durable_probe.do(key="k1", urgency=Urgency(1))
        about = {"names": task_names(), "limit": 3, "now": moving.at}
        assert sql.backlog(**about) == relaying.backlog_by_orm(**about)
        OutboxMessage.objects.filter(key="k5").update(attempts=2)
        about |= {"batched": names_of(transactional=True), "until": moving.at + claiming.lease()}
        for urgency, together in product(Urgency, (True, False)):
            claims = []
            for claim in (claiming.claim_by_orm, sql.claim):
                with transaction.atomic():
                    rows = claim(urgency=urgency, together=together, **about)
                    claims.append(sorted((row.id, row.attempts, row.claimed_key) for row in rows))
                    transaction.set_rollback(True)
            assert claims[0] == claims[1]
        assert running.id not in {row.id for row in claim_all()}


def claim_all():
    """Claim everything that is due, as workers do."""
    now = clock.now()
    return [
        row
        for urgency, together in product(Urgency, (True, False))
        for row in claiming.claim(urgency=urgency, together=together, limit=20, now=now)
    ]


def test_a_task_of_a_batch_gives_way_soon_and_the_batch_commits_what_is_done(broker):
    """The first of a batch may wait for its lock; those after it hold up everybody who waits for the first."""
    first, second = Probe(probe_in_transaction), Probe(probe_in_transaction)
    taken = User.objects.create(username="taken")
    second.work = lambda: list(User.objects.select_for_update().filter(pk=taken.pk))
    first.do(eta=clock.now() - timedelta(seconds=5))
    second.do()
    held = Turnstile()

    def hold():
        with transaction.atomic():
            list(User.objects.select_for_update().filter(pk=taken.pk))
            held.stop()

    holding = in_thread(hold)
    held.wait_until_reached()
    working.work_off(task=get_task(first.actor))  # while the lock is held
    assert (first.marks, first.rows()) == (1, [])
    [row] = second.rows()
    assert second.calls == 2  # in the batch, and when the batch ran again with savepoints
    assert (row.attempts, row.running_until, row.error) == (0, None, "")
    held.let_on()
    holding()
    first.forget(), second.forget()
