"""Work that fails: undone, kept with its reason, tried again later, and set aside in the end."""

from __future__ import annotations

import pytest
from django.conf import settings

from livestream import clock
from livestream.outbox import retry
from tests.support.broker import relay, silent_broker

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nobody_else_works():
    with silent_broker():
        yield


@pytest.fixture
def moving():
    with clock.frozen() as moving:
        yield moving


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


def test_what_fails_for_good_stays_dead_until_somebody_retries_it(probe, moving):
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


def test_a_dead_row_lets_the_same_work_be_asked_for_anew(probe, moving):
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
