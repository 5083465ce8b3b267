"""Working off the inbox: once, in the order of the webhooks' own time, and past what fails."""

import itertools
import random
from datetime import timedelta

import pytest
from django.test import Client

from livestream import clock
from livestream.events import receives, registry
from livestream.events.contracts import CHANNEL_OCCUPIED
from livestream.models import EventRecord, OutboxMessage, TrackedEvent
from notifications.models import Webhook
from notifications.services import processing
from tests.notifications.conftest import NOW
from tests.notifications.webhooks import body_of, member, now_ms, post
from tests.support.outbox import run_due

pytestmark = pytest.mark.django_db

GOAL, USER = "a" * 24, "b" * 24
STAGE = f"presence-enc-goal@{GOAL}"
STREAM, PRESENCE = f"private-stream@{USER}", f"presence-stream@{USER}"
VIEWERS = f"presence-stream-viewer@{USER}.sd.{'d' * 24}"


def receive(*events, time_ms=None):
    assert post(Client(), body_of(*events, time_ms=time_ms)).status_code == 200


def published():
    """What was published: event, user, unix milliseconds."""
    records = EventRecord.objects.filter(name__startswith="channel_").order_by("position")
    return [(r.name, r.payload["user_id"], r.payload["time"]) for r in records]


def test_a_member_who_leaves_is_channel_vacated(session):
    receive(member("member_removed", goal_id=GOAL, user_id=USER))
    run_due()
    record = EventRecord.objects.get(name="channel_vacated")
    webhook = Webhook.objects.get()
    expected = {
        "channel": STAGE,
        "user_id": USER,
        "time": NOW.isoformat(),
        "room": "goal",
        "subject_id": GOAL,
        "source": str(webhook.pk),
    }
    assert record.payload | expected == record.payload
    assert (webhook.result, webhook.processed_at) == ("published", NOW)


@pytest.mark.parametrize(
    ("event", "told"),
    [
        ({"name": "member_added", "channel": STAGE, "user_id": USER}, ["channel_occupied"]),
        ({"name": "member_removed", "channel": STAGE, "user_id": USER}, ["channel_vacated"]),
        # An empty channel has no streamer in it.
        ({"name": "channel_vacated", "channel": PRESENCE}, ["channel_vacated"]),
        ({"name": "channel_vacated", "channel": STAGE}, []),  # there is no such goal
        # The member's event says the same, and who it was.
        ({"name": "channel_occupied", "channel": STAGE}, []),
        ({"name": "channel_vacated", "channel": VIEWERS}, []),
        ({"name": "member_added", "channel": STREAM, "user_id": USER}, []),
    ],
)
def test_what_counts_and_what_is_ignored(event, told):
    receive(event)
    run_due()
    assert [name for name, _, _ in published()] == told
    assert Webhook.objects.get().result == ("published" if told else "ignored")


@pytest.mark.parametrize("name", ["channel_occupied", "channel_vacated"])
def test_what_is_about_an_audience_is_tracked_and_not_logged(name):
    receive({"name": name, "channel": STREAM})
    run_due()
    assert published() == []
    webhook = Webhook.objects.get()
    assert (webhook.result, TrackedEvent.objects.get().pk) == ("published", webhook.event_id)


def test_a_repeat_counts_once(session):
    body = body_of(member("member_added", goal_id=GOAL, user_id=USER))
    post(Client(), body)
    run_due()
    post(Client(), body)
    run_due()
    assert len(published()) == 1


@pytest.mark.parametrize("seed", range(5))
def test_the_webhooks_own_time_decides_and_not_the_arrival(seed):
    moments = [now_ms(ago=seconds) for seconds in range(20)]
    random.Random(seed).shuffle(moments)  # noqa: S311 - a seed is what makes it repeatable
    for moment, name in zip(moments, itertools.cycle(["member_added", "member_removed"]), strict=False):
        receive(member(name, goal_id=GOAL, user_id=USER), time_ms=moment)
    run_due()
    assert [time for _, _, time in published()] == sorted(clock.from_epoch(ms / 1000).isoformat() for ms in moments)


def test_events_of_one_webhook_keep_their_order():
    receive(*(member(name, goal_id=GOAL, user_id=USER) for name in ("member_added", "member_removed") * 3))
    run_due()
    assert [name for name, _, _ in published()] == ["channel_occupied", "channel_vacated"] * 3


def test_a_time_ahead_of_ours_is_clamped_to_the_arrival(moving):
    receive(member("member_added", goal_id=GOAL, user_id=USER), time_ms=now_ms(ago=-60))
    moving.advance(seconds=120)
    run_due()
    assert published()[0][2] == NOW.isoformat()


@pytest.fixture
def failing():
    """A receiver that cannot bear one goal; `failing.discard(goal)` mends it."""
    goals = {"f" * 24}

    def fail_for_some(event):
        if event.subject_id in goals:
            raise RuntimeError("not this one")

    receives(CHANNEL_OCCUPIED)(fail_for_some)
    yield goals
    key = f"{CHANNEL_OCCUPIED.name}:fail_for_some"
    del registry._receivers[key]
    CHANNEL_OCCUPIED.disconnect(dispatch_uid=key)


def test_one_that_fails_keeps_its_error_and_holds_nobody_up(failing, moving):
    receive(member("member_added", goal_id="f" * 24, user_id=USER), time_ms=now_ms(ago=2))
    receive(member("member_removed", goal_id="f" * 24, user_id=USER), time_ms=now_ms(ago=1))
    receive(member("member_added", goal_id=GOAL, user_id=USER))
    run_due()
    assert sorted(name for name, _, _ in published()) == ["channel_occupied", "channel_vacated"]
    failed = Webhook.objects.get(processed_at=None)
    assert failed.attempts == 1
    assert NOW < failed.retry_at <= NOW + timedelta(seconds=1)
    assert "RuntimeError: not this one" in failed.error


def test_one_that_failed_is_tried_again_until_it_succeeds(failing, moving):
    receive(member("member_added", goal_id="f" * 24, user_id=USER))
    run_due()
    moving.advance(seconds=1)
    run_due()
    assert Webhook.objects.get().attempts == 2
    failing.clear()
    moving.advance(seconds=1)
    run_due()
    assert published() == []
    moving.advance(seconds=1)
    run_due()
    assert len(published()) == 1
    assert (Webhook.objects.get().result, Webhook.objects.get().error) == ("published", "")


def test_a_failing_one_is_never_given_up_and_never_hurried(failing, moving):
    receive(member("member_added", goal_id="f" * 24, user_id=USER))
    for _ in range(30):
        moving.advance(seconds=301)
        run_due()
    webhook = Webhook.objects.get()
    assert webhook.attempts == 30
    assert timedelta(seconds=150) <= webhook.retry_at - moving.at <= timedelta(seconds=300)


def test_what_was_stored_is_processed_although_nobody_was_told_to():
    receive(member("member_added", goal_id=GOAL, user_id=USER))
    OutboxMessage.objects.all().delete()  # as if the message were dead or lost
    run_due()
    assert len(published()) == 1


def test_a_processed_webhook_is_left_alone():
    receive(member("member_added", goal_id=GOAL, user_id=USER))
    run_due()
    assert not processing.process(webhook_id=Webhook.objects.get().pk, now=NOW)
    assert len(published()) == 1


def test_a_later_one_waits_for_an_earlier_one_of_its_channel():
    receive(member("member_added", goal_id=GOAL, user_id=USER), time_ms=now_ms(ago=1))
    receive(member("member_removed", goal_id=GOAL, user_id=USER))
    receive(member("member_removed", goal_id="c" * 24, user_id=USER))
    earlier, later, elsewhere = Webhook.objects.order_by("id")
    assert not processing.process(webhook_id=later.pk, now=NOW)
    assert processing.process(webhook_id=elsewhere.pk, now=NOW)
    assert processing.process(webhook_id=earlier.pk, now=NOW)
    assert processing.process(webhook_id=later.pk, now=NOW)
