"""Nothing waits without somebody at work on it, and a failure keeps its own time."""

import pytest

from livestream.models import OutboxMessage
from notifications import sweeps
from notifications.push_contracts import PushEvent
from notifications.services import pushes
from tests.notifications.conftest import NOW

pytestmark = pytest.mark.django_db


def push():
    data = {"wallet": {"balance": 0, "version": 1}}
    pushes.push(channels=["a"], event=PushEvent.WALLET_UPDATED, data=data, subject="", event_id="e" * 24, now=NOW)


def test_waiting_pushes_are_noticed_once():
    push()
    sweeps.wake_sender()
    sweeps.wake_sender()
    assert OutboxMessage.objects.filter(actor="send_pushes").count() == 1


def test_nothing_waiting_is_nothing_to_do(django_assert_num_queries):
    with django_assert_num_queries(4):
        sweeps.wake_sender()
        sweeps.wake_stage_processors()  # asks as well for what an earlier release accepted
        sweeps.wake_audience_processors()
    assert not OutboxMessage.objects.exists()


def test_a_failed_attempt_is_left_to_its_own_time(moving):
    push()
    sweeps.wake_sender()
    failed = OutboxMessage.objects.get()
    OutboxMessage.objects.update(attempts=3)
    sweeps.wake_sender()
    again = OutboxMessage.objects.get()
    assert (again.version, again.due_at, again.attempts) == (failed.version, failed.due_at, 3)


def test_a_dead_attempt_is_followed_by_another():
    push()
    sweeps.wake_sender()
    OutboxMessage.objects.update(failed_at=NOW, key=None)
    sweeps.wake_sender()
    assert OutboxMessage.objects.filter(actor="send_pushes", failed_at=None).count() == 1
