"""Which messages nobody runs, and which have failed: the same in the admin, in commands and in metrics."""

from __future__ import annotations

from datetime import timedelta

import pytest

from livestream import clock
from livestream.models import OutboxMessage
from livestream.outbox import states

pytestmark = pytest.mark.django_db

NOW = clock.from_epoch(1_800_000_000)
SECOND = timedelta(seconds=1)
FAILED = {"attempts": 1, "error": "ValueError"}


def store(**fields):
    OutboxMessage.objects.create(**({"actor": "track", "eta": NOW, "due_at": NOW, "created_at": NOW} | fields))
    return OutboxMessage.objects.get()


@pytest.mark.parametrize(("running_until", "idle"), [(None, True), (NOW, True), (NOW + SECOND, False)])
def test_a_message_is_idle_unless_its_lease_lasts(running_until, idle):
    store(running_until=running_until)
    assert OutboxMessage.objects.filter(states.is_idle(now=NOW)).exists() is idle


@pytest.mark.parametrize(
    ("fields", "failing"),
    [
        (FAILED, True),
        (FAILED | {"due_at": NOW + SECOND}, True),
        (FAILED | {"running_until": NOW - SECOND}, True),
        (FAILED | {"error": ""}, False),  # its worker died
        (FAILED | {"attempts": 0}, False),  # it is left to another release, or was retried by hand
        (FAILED | {"running_until": NOW + SECOND}, False),
        (FAILED | {"failed_at": NOW}, False),
    ],
)
def test_a_message_is_failing_if_an_attempt_left_an_error_and_it_will_be_retried(fields, failing):
    store(**fields)
    assert OutboxMessage.objects.filter(states.is_failing(now=NOW)).exists() is failing


@pytest.mark.parametrize(
    ("fields", "failed"), [(FAILED, True), ({"attempts": 1}, False), ({"error": "unknown"}, False)]
)
def test_a_message_has_failed_if_an_attempt_left_an_error(fields, failed):
    assert states.has_failed(store(**fields)) is failed
