"""Which receivers ran is kept for a while, and commits with what they did."""

from __future__ import annotations

from copy import copy
from datetime import timedelta

import pytest
from django.db import transaction

from livestream import clock
from livestream.events.replaying import replay_event
from livestream.models import EventRecord, OutboxMessage, ReceiverRun
from livestream.sweeps import purge_receiver_runs
from tests.support.outbox import run_due, run_receivers
from tests.support.people import make_funding, make_session

pytestmark = pytest.mark.django_db


def test_every_effect_receiver_that_ran_is_noted_once(happening):
    happening.receive(lambda event: None, name="leaves_the_process", effect=True)
    happening.receive(lambda event: None, name="changes_state")
    with transaction.atomic():
        record = happening.publish()
    run_receivers()
    [run] = ReceiverRun.objects.all()
    assert (run.position, run.receiver, run.attempts) == (record.position, "leaves_the_process", 1)


def test_a_receiver_that_fails_leaves_no_run_and_counts_its_tries(happening):
    calls = []

    def fail_once(event):
        calls.append(event)
        if len(calls) == 1:
            raise ValueError("not yet")

    happening.receive(fail_once, name="fails_once", effect=True)
    with transaction.atomic():
        happening.publish()
    with pytest.raises(AssertionError, match="not yet"):
        run_receivers()
    assert not ReceiverRun.objects.exists()
    OutboxMessage.objects.update(due_at=clock.now())
    run_receivers()
    assert ReceiverRun.objects.get().attempts == 2


def test_a_replay_is_one_more_run():
    make_funding(make_session())
    run_due()
    run = ReceiverRun.objects.filter(receiver="track_goals").first()
    with transaction.atomic():
        replay_event(event_id=EventRecord.objects.get(pk=run.position).event_id, receivers=["track_goals"])
    run_receivers()
    assert ReceiverRun.objects.filter(receiver="track_goals", position=run.position).count() == 2


def test_one_round_forgets_a_few_chunks_and_leaves_the_rest_for_the_next(settings):
    settings.RETENTION_DAYS = 30
    long_ago = clock.now() - timedelta(days=31)
    old = ReceiverRun(position=1, receiver="any", attempts=1, finished_at=long_ago)
    ReceiverRun.objects.bulk_create(copy(old) for _ in range(5500))
    left = []
    for _ in range(2):
        purge_receiver_runs()
        left.append(ReceiverRun.objects.count())
    assert left == [500, 0]


@pytest.mark.parametrize(("days", "left"), [(30, [2, 3]), (0, [0, 1, 2, 3])])
def test_only_runs_of_long_ago_are_forgotten(settings, days, left):
    settings.RETENTION_DAYS = days
    now, month = clock.now(), timedelta(days=30)
    for number, age in enumerate([3 * month, month, month - timedelta(minutes=5), timedelta(0)]):
        ReceiverRun.objects.create(position=number, receiver="any", attempts=1, finished_at=now - age)
    purge_receiver_runs()
    assert list(ReceiverRun.objects.order_by("id").values_list("position", flat=True)) == left
