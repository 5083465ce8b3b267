"""Work that fails: undone, kept with its reason, retried later, and dead in the end."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import OperationalError

from livestream.errors import Conflict, Forbidden
from livestream.models import OutboxMessage
from livestream.outbox import claiming, failures, performing, retry
from tests.support.broker import relay, silent_broker

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nobody_else_works():
    with silent_broker():
        yield


def test_a_failure_undoes_the_work_and_is_kept_with_its_traceback(durable_probe, moving):
    durable_probe.work = durable_probe.failing(text="the reason")
    durable_probe.do()
    durable_probe.perform()
    row = durable_probe.row()
    assert durable_probe.marks == 0
    assert (row.attempts, row.failed_at) == (1, None)
    assert "ValueError: the reason" in row.error
    assert "Traceback" in row.error


def test_a_failure_waits_longer_each_time(probe, moving):
    probe.work = probe.failing()
    probe.do()
    waits = []
    for _ in range(settings.OUTBOX_MAX_ATTEMPTS - 1):
        probe.perform()
        waits.append((probe.row().due_at - moving.at).total_seconds())
    assert all(2**n / 2 <= waits[n] <= 2**n for n in range(len(waits)))
    assert probe.row().running_until is None


def test_dead_work_stays_dead_until_somebody_retries_it(probe, moving):
    probe.work = probe.failing(text="for good")
    probe.do(key="k")
    for _ in range(settings.OUTBOX_MAX_ATTEMPTS + 3):
        probe.perform()
    row = probe.row()
    assert (row.attempts, row.failed_at) == (settings.OUTBOX_MAX_ATTEMPTS, moving.at)
    assert "for good" in row.error
    moving.advance(seconds=10_000)
    assert relay() == 0

    probe.work = probe.mark
    retry(message_ids=[row.id], now=moving.at)
    assert relay() == 1
    before = probe.marks
    probe.perform()
    assert (probe.marks - before, probe.rows()) == (1, [])


def test_the_key_of_dead_work_can_be_enqueued_again(probe, moving):
    probe.work = probe.failing()
    probe.do(key="k")
    for _ in range(settings.OUTBOX_MAX_ATTEMPTS):
        probe.perform()
    probe.do(key="k")
    assert {row.key for row in probe.rows()} == {None, "k"}


@pytest.mark.parametrize("text", ["with a \0 in it", "with half a pair \ud800 in it", "long " * 10_000 + "in it"])
def test_a_failure_is_kept_whatever_it_says(probe, text):
    probe.work = probe.failing(text=text)
    probe.do()
    probe.perform()
    row = probe.row()
    assert (row.attempts, row.error.endswith(" in it\n")) == (1, True)


class NotForYou(Forbidden):
    """A refusal of the domain."""

    code = "not_for_you"


class LaterPerhaps(Conflict):
    """A refusal that a retry may not meet."""


def test_a_refusal_of_the_domain_is_final_and_names_its_reason(probe, moving):
    probe.work = probe.failing(NotForYou, "the stage is taken")
    probe.do(key="k")
    probe.perform()
    row = probe.row()
    assert (row.attempts, row.failed_at, row.key) == (1, moving.at, None)
    assert "NotForYou: the stage is taken" in row.error


def test_a_refusal_with_retry_after_is_retried(probe, moving):
    def refuse():
        raise LaterPerhaps("busy", retry_after=1)

    probe.work = refuse
    probe.do()
    probe.perform()
    assert (probe.row().attempts, probe.row().failed_at) == (1, None)


def test_a_conflict_with_another_transaction_is_retried_soon_and_counts_no_attempt(probe, moving):
    def give_way():
        raise OperationalError("database is locked")

    probe.work = give_way
    probe.do(key="k")
    for _ in range(settings.OUTBOX_MAX_ATTEMPTS + 3):
        probe.perform()
    row = probe.row()
    assert (row.attempts, row.failed_at, row.key, row.error) == (0, None, "k", "")
    assert moving.at < row.due_at <= moving.at + timedelta(seconds=0.5)


def test_work_of_another_release_is_left_to_it_and_counts_no_attempt(probe, moving):
    probe.work = probe.failing(failures.UnknownToThisRelease, "no such receiver")
    probe.do()
    for _ in range(settings.OUTBOX_MAX_ATTEMPTS + 3):
        probe.perform()
    row = probe.row()
    assert (row.attempts, row.failed_at, row.error) == (0, None, "no such receiver")


def claim_of(probe, moving):
    [claimed] = claiming.claim(urgency=probe.row().urgency, together=False, limit=1, now=moving.at)
    return claimed


def test_a_late_failure_of_work_that_another_worker_gave_up_does_not_return_its_key(external_probe, moving):
    external_probe.do(key="k")
    OutboxMessage.objects.update(attempts=settings.OUTBOX_MAX_ATTEMPTS - 1)
    stopped = claim_of(external_probe, moving)
    moving.advance(seconds=settings.OUTBOX_LEASE + 1)
    performing.perform_claimed(messages=[claim_of(external_probe, moving)])
    failures.store_separately(message=stopped, error=OperationalError("database is locked"))
    dead = external_probe.row()
    assert (dead.attempts, dead.failed_at, dead.key) == (settings.OUTBOX_MAX_ATTEMPTS, moving.at, None)
    external_probe.do(key="k")
    assert {row.key for row in external_probe.rows()} == {None, "k"}
