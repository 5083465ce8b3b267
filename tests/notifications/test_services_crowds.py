"""Audiences in pages: what a page does is what the receivers of its events would have done one by one."""

import pytest
from django.test import Client

from livestream.events import receives, registry
from livestream.events.contracts import CHANNEL_OCCUPIED
from livestream.events.replaying import replay_event
from livestream.models import EventRecord, OutboxMessage, ReceiverRun, TrackedEvent
from notifications import payloads
from notifications.models import Push, Webhook
from notifications.services import crowds, processing
from tests.notifications.conftest import NOW
from tests.notifications.shows import pushed
from tests.notifications.webhooks import body_of, now_ms, post
from tests.support.outbox import pending_actors, run_due

pytestmark = pytest.mark.django_db

STREAMER, OTHER = "5" * 24, "6" * 24


def viewer(number):
    return f"{number:024x}"


def came(number, *, name="member_added", streamer=STREAMER, channel=None):
    return {"name": name, "channel": channel or f"presence-stream@{streamer}", "user_id": viewer(number)}


def receive(*events, ago=0):
    assert post(Client(), body_of(*events, time_ms=now_ms(ago=ago))).status_code == 200


def done_by_one_and_one():
    for webhook in Webhook.objects.order_by("time_ms", "id"):
        processing.process(webhook_id=webhook.pk, now=NOW)
    run_due(sweeps=False)


def left_behind():
    """Everything that the comings and goings left, but for the order and the numbers of rows."""
    events = list(EventRecord.objects.order_by("event_id").values("event_id", "name", "payload", "user_id"))
    for event in events:
        event["payload"] = dict(sorted(event["payload"].items()), source=None)
    positions = dict(EventRecord.objects.values_list("position", "event_id"))
    runs = sorted((positions[run.position], run.receiver) for run in ReceiverRun.objects.all())
    pushes = sorted(Push.objects.values_list("event", "event_id", "channels", "data", "subject"), key=str)
    tracked = sorted(TrackedEvent.objects.values_list("insert_id", flat=True))
    results = list(Webhook.objects.order_by("body_hash", "index").values_list("index", "result", "processed_at"))
    return events, runs, pushes, tracked, results


MIXED = (
    came(1),
    came(2),
    came(2, name="member_removed"),
    came(3, streamer=OTHER),
    came(4, channel=f"presence-stream-viewer@{STREAMER}.sd.{viewer(4)}"),
    {"name": "channel_occupied", "channel": f"private-stream@{STREAMER}"},
    {"name": "channel_vacated", "channel": f"private-user@{OTHER}"},
    {"name": "channel_occupied", "channel": f"presence-stream@{STREAMER}"},
)


def test_a_page_leaves_behind_what_its_webhooks_leave_one_by_one():
    receive(*MIXED)
    done_by_one_and_one()
    wanted = left_behind()
    assert len(wanted[0]) == 7
    for model in (Push, TrackedEvent, ReceiverRun):
        model.objects.all().delete()
    Webhook.objects.all().delete()
    receive(*({**event, "again": True} for event in MIXED))
    Webhook.objects.update(body_hash="f" * 64)
    assert crowds.process_page(now=NOW) == len(MIXED)
    run_due(sweeps=False)
    events, runs, pushes, tracked, results = left_behind()
    new = {event["event_id"] for event in events} - {event["event_id"] for event in wanted[0]}
    shape = [[event["name"], event["payload"] | {"event_id": None}, event["user_id"]] for event in wanted[0]]
    of_page = [event for event in events if event["event_id"] in new]
    assert sorted(map(str, shape)) == sorted(
        str([event["name"], event["payload"] | {"event_id": None}, event["user_id"]]) for event in of_page
    )
    assert (len(runs), sorted(name for _, name in runs)) == (len(wanted[1]), sorted(name for _, name in wanted[1]))
    assert [push[0] for push in pushes] == [push[0] for push in wanted[2]]
    assert set(tracked) == new
    assert results == wanted[4]


def test_a_few_viewers_are_told_of_each_on_their_own():
    receive(*(came(number) for number in range(1, 11)))
    run_due()
    assert [data["user_id"] for _, data in pushed("user.entered")] == [viewer(number) for number in range(1, 11)]
    assert pushed("users.entered") == []


def test_a_crowd_is_told_of_together_in_pushes_that_fit():
    everybody = [viewer(number) for number in range(1, 151)]
    channel = f"presence-stream-viewer@{STREAMER}.preview.{viewer(1)}"
    receive(*(came(number, channel=channel) for number in range(1, 151)), came(7, name="member_removed"))
    run_due()
    told = pushed("users.entered")
    assert {name for name, _ in told} == {f"private-user@{STREAMER}"}
    assert [user["user_id"] for _, data in told for user in data["users"]] == everybody
    assert all(payloads.size(data) <= payloads.LARGEST_DATA_BYTES for _, data in told)
    assert len({data["event_id"] for _, data in told}) == len(told) == 3
    assert [data["user_id"] for _, data in pushed("user.left")] == [viewer(7)]


def test_a_page_is_tracked_by_one_task_and_a_replay_counts_nobody_again():
    receive(*(came(number) for number in range(1, 31)))
    crowds.process_page(now=NOW)
    assert pending_actors() == ["track_all"]
    run_due()
    event = EventRecord.objects.filter(name="channel_occupied").first()
    assert replay_event(event_id=event.event_id) == 2
    run_due(sweeps=False)
    assert TrackedEvent.objects.count() == 30
    assert [data["user_id"] for _, data in pushed("user.entered")] == [event.payload["user_id"]]


@pytest.fixture
def failing():
    """A receiver that cannot bear one viewer."""
    viewers = {viewer(3)}

    def fail_for_some(event):
        if event.user_id in viewers:
            raise RuntimeError("not this one")

    receives(CHANNEL_OCCUPIED)(fail_for_some)
    yield viewers
    key = f"{CHANNEL_OCCUPIED.name}:fail_for_some"
    del registry._receivers[key]
    CHANNEL_OCCUPIED.disconnect(dispatch_uid=key)


def test_receivers_that_a_page_does_not_know_run_for_each_event(failing):
    """And where one fails, its webhook alone waits for its retry."""
    receive(*(came(number) for number in range(1, 6)))
    run_due()
    failed = Webhook.objects.get(processed_at=None)
    assert (failed.user_id, failed.attempts) == (viewer(3), 1)
    assert Webhook.objects.filter(result="published").count() == EventRecord.objects.count() == 4
    failing.clear()
    Webhook.objects.update(retry_at=NOW)
    run_due()
    assert EventRecord.objects.count() == 5


def test_a_page_that_fails_is_processed_one_by_one(monkeypatch):
    def fail(**_):
        raise RuntimeError("the page is broken")

    monkeypatch.setattr(crowds.tracking, "track_presence_of_many", fail)
    receive(*(came(number) for number in range(1, 6)))
    run_due()
    assert Webhook.objects.filter(result="published").count() == TrackedEvent.objects.count() == 5
    assert len(pushed("user.entered")) == 5


def test_one_page_after_the_other_until_none_is_left(monkeypatch):
    monkeypatch.setattr(crowds, "page_size", lambda: 4)
    receive(*(came(number) for number in range(1, 11)))
    run_due()
    assert EventRecord.objects.count() == 10
    assert not OutboxMessage.objects.filter(actor="process_audience").exists()
    assert crowds.lanes_wanted(now=NOW) == 0


def test_what_waits_about_a_stage_is_none_of_a_page_s_business():
    receive(
        came(1), {**came(0), "user_id": STREAMER}, {"name": "channel_vacated", "channel": f"presence-stream@{OTHER}"}
    )
    assert crowds.process_page(now=NOW) == 1
    assert Webhook.objects.filter(processed_at=None, is_stage=True).count() == 2
