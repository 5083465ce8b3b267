"""What was tracked once is not counted again, whatever is replayed, and whatever the sink."""

import json
import threading
from collections import Counter

import pytest
from django.db import transaction

from livestream import clock
from livestream.analytics import tracking
from livestream.events import replaying
from livestream.models import EventRecord, OutboxMessage, TrackedEvent
from livestream.sweeps import purge_tracked_events
from tests.livestream.test_analytics import Sink
from tests.support import endings
from tests.support.outbox import run_due
from tests.support.threads import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def lines(settings, tmp_path):
    path = tmp_path / "analytics.jsonl"
    settings.ANALYTICS_PATH = str(path)
    return lambda: [json.loads(line) for line in path.read_text().splitlines()]


@pytest.fixture
def sink(settings):
    with Sink() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        settings.ANALYTICS_URL = f"http://127.0.0.1:{server.server_port}/track"
        yield server
        server.shutdown()
        thread.join()


def track(insert_id="i1"):
    with transaction.atomic():
        tracking.track(event="goal.created", properties={}, insert_id=insert_id)


def test_events_of_goals_and_sessions_that_are_replayed_twice_are_counted_once(moving, lines, sink):
    show = endings.show_performed(moving)
    counted = lines()
    names = {"session.started", "goal.created", "goal.progressed", "goal.completed", "goal.ended"}
    assert names <= {line["event"] for line in counted}
    assert set(Counter(line["insert_id"] for line in counted).values()) == {1}
    logged = EventRecord.objects.filter(session_id=show.session_id) | EventRecord.objects.filter(goal_id=show.id)
    for _ in range(2):
        for event_id in logged.order_by("position").values_list("event_id", flat=True):
            assert replaying.replay_event(event_id=event_id, receivers=["track_goals", "track_session_status"]) <= 1
        run_due()
    assert lines() == counted == sink.received


def test_what_was_delivered_is_not_tracked_again(lines):
    track()
    run_due()
    track()
    assert not OutboxMessage.objects.exists()
    track("i2")
    run_due()
    assert [line["insert_id"] for line in lines()] == ["i1", "i2"]


def test_what_was_undone_was_not_tracked(lines):
    with transaction.atomic():
        tracking.track(event="goal.created", properties={}, insert_id="i1")
        transaction.set_rollback(True)
    track()
    run_due()
    assert [line["insert_id"] for line in lines()] == ["i1"]


@pytest.mark.django_db(transaction=True)
def test_outside_of_a_transaction_nothing_is_kept():
    with pytest.raises(transaction.TransactionManagementError):
        tracking.track(event="goal.created", properties={}, insert_id="i1")
    assert not TrackedEvent.objects.exists()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_many_who_track_the_same_at_once_one_does(lines):
    at_once(*[track] * 6)
    run_due()
    assert [line["insert_id"] for line in lines()] == ["i1"]


def test_an_id_is_purged_a_day_after_its_event_is_too_old_to_be_tracked_so_it_never_counts_twice(moving, settings):
    old = f"{clock.to_epoch(moving.at):08x}" + "a" * 16
    with transaction.atomic():
        tracking.track_all(events=[tracking.Tracked(event="e", properties={}, insert_id=old), _bi(old)])
    track(f"bi-{old}")
    counted = OutboxMessage.objects.count()
    moving.advance(seconds=86_400 * settings.RETENTION_DAYS - 1)
    track(old)
    assert (OutboxMessage.objects.count(), tracking.purge(now=clock.now())) == (counted, 0)
    for day in range(3):
        moving.advance(seconds=86_400)
        purge_tracked_events()
        track(old)
        assert OutboxMessage.objects.count() == counted
        assert list(TrackedEvent.objects.values_list("pk", flat=True)).count(old) == (1 if day == 0 else 0)
    assert TrackedEvent.objects.filter(pk=f"bi-{old}").exists()


def test_old_ids_are_purged_in_chunks_the_oldest_first(moving, settings):
    first = clock.to_epoch(moving.at)
    with transaction.atomic():
        for number in range(5):
            tracking.track(event="e", properties={}, insert_id=f"{first + number:08x}" + "0" * 16)
    moving.advance(seconds=86_400 * (settings.RETENTION_DAYS + 2))
    assert [tracking.purge(now=clock.now(), size=2) for _ in range(2)] == [2, 2]
    assert TrackedEvent.objects.get().pk == f"{first + 4:08x}" + "0" * 16


def test_without_retention_nothing_is_purged_and_everything_is_tracked(moving, settings):
    settings.RETENTION_DAYS = 0
    old = "00000001" + "a" * 16
    track(old)
    assert tracking.purge(now=clock.now()) == 0
    assert TrackedEvent.objects.get().pk == old


def _bi(of):
    return tracking.Tracked(event="bi", properties={}, insert_id=f"bi-{of}")
