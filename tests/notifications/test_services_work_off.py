"""Decisions work off what was accepted about their stage and streamer, before they lock anything."""

import pytest
from django.db import OperationalError, transaction
from django.test import Client

from goals.models import Goal, PerformanceInterval, PerformanceMark
from livestream import clock, realtime
from livestream.events import receives, registry
from livestream.events.contracts import CHANNEL_OCCUPIED, CHANNEL_VACATED
from livestream.models import EventRecord
from livestream.story import Subject, Window
from notifications.models import Webhook
from notifications.services import processing
from notifications.story.webhooks import webhooks_section
from tests.domain.world import START
from tests.notifications.webhooks import body_of, member, now_ms, post
from tests.support.endings import make_karaoke, offering_session
from tests.support.outbox import pass_time, run_due

pytestmark = pytest.mark.django_db


@pytest.fixture
def moving():
    with clock.frozen(START) as moving:
        yield moving


@pytest.fixture
def song(moving) -> Goal:
    return make_karaoke(offering_session())


def receive(*events, ago=0):
    assert post(Client(), body_of(*events, time_ms=now_ms(ago=ago))).status_code == 200


def came(goal, name="member_added"):
    return member(name, goal_id=goal.id, user_id=goal.streamer_id)


def left(goal):
    return came(goal, "member_removed")


def emptied(goal):
    return {"name": "channel_vacated", "channel": f"presence-enc-goal@{goal.id}"}


def on_stage(goal):
    return list(PerformanceInterval.objects.filter(goal=goal).values_list("opened_at", "closed_at"))


def test_it_processes_what_waits_about_these_subjects_in_order_and_nothing_else(song, moving):
    other = make_karaoke(offering_session())
    moving.advance(seconds=10)
    receive(left(song), ago=2)
    receive(came(other), ago=6)
    receive(came(song), ago=7)
    realtime.work_off(subjects=[song.id, song.streamer_id], now=clock.now())
    [(opened, closed)] = on_stage(song)
    assert (closed - opened).total_seconds() == 5
    assert on_stage(other) == []
    assert Webhook.objects.get(processed_at=None).subject_id == other.id


def test_an_audience_however_large_does_not_come_before_it(song):
    audience = f"presence-stream@{song.streamer_id}"
    receive(*({"name": "member_added", "channel": audience, "user_id": f"{n:024x}"} for n in range(1, 3_001)))
    receive(came(song))
    realtime.work_off(subjects=[song.id], now=clock.now())
    assert len(on_stage(song)) == 1
    assert Webhook.objects.filter(processed_at=None).count() == 3_000


def test_it_is_part_of_the_transaction_that_decides(song):
    receive(came(song))
    with transaction.atomic():
        realtime.work_off(subjects=[song.id], now=clock.now())
        assert len(on_stage(song)) == 1
        transaction.set_rollback(True)
    assert on_stage(song) == []
    assert Webhook.objects.get().processed_at is None
    realtime.work_off(subjects=[song.id], now=clock.now())
    assert len(on_stage(song)) == 1


@pytest.fixture
def receiver():
    """A receiver of both events, which a test gives something to do."""
    does = []

    def do_it(event):
        for act in does:
            act(event)

    for signal in (CHANNEL_OCCUPIED, CHANNEL_VACATED):
        receives(signal)(do_it)
    yield does
    for signal in (CHANNEL_OCCUPIED, CHANNEL_VACATED):
        del registry._receivers[f"{signal.name}:do_it"]
        signal.disconnect(dispatch_uid=f"{signal.name}:do_it")


def test_one_that_fails_is_left_to_its_retry_and_tried_again_by_the_next_decision(song, moving, receiver):
    moving.advance(seconds=10)

    def fail(event):
        raise RuntimeError("not now")

    receiver.append(fail)
    receive(came(song), ago=5)
    receive(left(song), ago=1)
    realtime.work_off(subjects=[song.id], now=clock.now())
    assert set(Webhook.objects.values_list("attempts", "processed_at")) == {(1, None)}
    assert on_stage(song) == []
    receiver.clear()
    realtime.work_off(subjects=[song.id], now=clock.now())
    assert len(on_stage(song)) == 1


def test_a_broken_deadlock_is_the_decision_s_to_try_again(song, receiver):
    def break_deadlock(event):
        raise OperationalError("deadlock detected")

    receiver.append(break_deadlock)
    receive(came(song))
    with pytest.raises(OperationalError):
        realtime.work_off(subjects=[song.id], now=clock.now())
    assert Webhook.objects.get().attempts == 0


def test_what_a_webhook_decides_does_not_work_off_the_ones_after_it(song, receiver):
    order = []

    def decide(event):
        order.append(type(event).__name__)
        realtime.work_off(subjects=[song.id], now=clock.now())

    receiver.append(decide)
    receive(came(song), left(song))
    realtime.work_off(subjects=[song.id], now=clock.now())
    assert order == ["ChannelOccupied", "ChannelVacated"]


def test_an_empty_stage_has_nobody_on_it(song, moving):
    receive(came(song))
    run_due()
    pass_time(moving, seconds=7)
    receive(emptied(song))
    pass_time(moving, seconds=20)
    song.refresh_from_db()
    assert song.progress == 7
    assert PerformanceMark.objects.filter(goal=song, joined=False).count() == 1
    event = EventRecord.objects.get(name="channel_vacated")
    assert (event.payload["user_id"], event.payload["subject_id"]) == (song.streamer_id, song.id)


@pytest.mark.parametrize("first", [left, emptied])
def test_of_the_two_webhooks_of_one_leave_the_second_changes_nothing(song, moving, first):
    second = left if first is emptied else emptied
    receive(came(song))
    run_due()
    pass_time(moving, seconds=7)
    receive(first(song))
    run_due()
    before = on_stage(song)
    pass_time(moving, seconds=1)
    receive(second(song))
    run_due()
    song.refresh_from_db()
    assert (on_stage(song), song.progress) == (before, 7)
    assert EventRecord.objects.filter(name="channel_vacated").count() == 2


def test_a_row_of_the_release_before_is_classified_and_processed(song):
    receive(came(song), came(song) | {"channel": f"presence-stream@{song.streamer_id}", "user_id": "c" * 24})
    as_before = {"subject_id": "", "is_stage": True}
    Webhook.objects.update(**as_before)
    Webhook.objects.create(
        body_hash="0" * 64,
        index=0,
        time_ms=now_ms(),
        name="client_event",
        channel="x",
        key="local",
        raw={},
        received_at=clock.now(),
    )
    realtime.work_off(subjects=[song.id], now=clock.now())
    assert len(on_stage(song)) == 1
    run_due()
    assert sorted(Webhook.objects.values_list("name", "result", "is_stage")) == [
        ("client_event", "ignored", True),
        ("member_added", "published", False),
        ("member_added", "published", True),
    ]


def test_the_task_of_the_release_before_still_has_everything_processed(song):
    receive(came(song))
    processing.process_webhooks()
    run_due(sweeps=False)
    assert len(on_stage(song)) == 1


def test_a_story_tells_of_the_stage_and_of_the_streamer_s_own_stream(song, moving):
    stream = f"presence-stream@{song.streamer_id}"
    own = {"name": "member_removed", "channel": stream, "user_id": song.streamer_id}
    receive(came(song), own, {"name": "channel_vacated", "channel": stream}, own | {"user_id": "c" * 24})
    run_due()
    subject = Subject(goal_ids=(song.id,), began=song.created_at)
    told = webhooks_section(subject, Window(width=60), clock.now()).entries
    assert [entry.title for entry in told] == [
        "Webhook member_added",
        "Webhook member_removed",
        "Webhook channel_vacated",
    ]
