"""Audiences in pages: what a page does is what the receivers of its events would have done one by one."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client

from livestream.events import publish, receives, registry
from livestream.events.contracts import CHANNEL_OCCUPIED
from livestream.events.signals import DomainSignal
from livestream.models import EventRecord, OutboxMessage, ReceiverRun, TrackedEvent, User
from notifications import payloads
from notifications.models import Push, Webhook
from notifications.services import crowds, meanings, processing, replaying
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


def done_by_the_receivers():
    """What would be done if each event were published, as those of stages are."""
    for webhook in Webhook.objects.order_by("time_ms", "id"):
        event = meanings.event_of(webhook)
        if event:
            with transaction.atomic():
                publish(DomainSignal.of(event), event)
    run_due(sweeps=False)


def left_behind():
    """What the comings and goings left to be pushed and counted, but for the order and the numbers of rows."""
    pushes = sorted(Push.objects.values_list("event", "event_id", "channels", "data", "subject"), key=str)
    tracked = sorted(TrackedEvent.objects.values_list("insert_id", flat=True))
    return pushes, tracked


def results():
    return list(Webhook.objects.order_by("time_ms", "id").values_list("index", "result", "processed_at"))


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


def test_a_page_leaves_behind_what_its_webhooks_leave_one_by_one_and_what_the_receivers_would():
    receive(*MIXED)
    ways, ends = [], []
    for process in (done_by_the_receivers, done_by_one_and_one, lambda: crowds.process_page(now=NOW)):
        for model in (Push, TrackedEvent, OutboxMessage):
            model.objects.all().delete()
        Webhook.objects.update(processed_at=None, result="")
        process()
        ways.append(left_behind())
        ends.append(results())
    assert len(ways[0][1]) == 7
    assert ways[0] == ways[1] == ways[2]
    assert ends[1] == ends[2]


def test_the_presence_of_viewers_is_not_in_the_event_log():
    receive(*MIXED)
    run_due()
    assert not Webhook.objects.exclude(result__in=("published", "ignored")).exists()
    assert not EventRecord.objects.exists()
    assert not ReceiverRun.objects.exists()


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


def test_pushes_say_the_public_names_and_fit_however_long_those_are():
    names = {viewer(number): "名" * 100 + str(number) for number in range(1, 81)}
    User.objects.bulk_create(User(pk=user_id, username=name) for user_id, name in names.items())
    receive(*(came(number) for number in range(1, 81)), came(7, name="member_removed"))
    run_due()
    told = [data for _, data in pushed("users.entered")]
    assert [(user["user_id"], user["user_name"]) for data in told for user in data["users"]] == list(names.items())
    assert all(payloads.size(data) <= payloads.LARGEST_DATA_BYTES for data in told)
    assert [data["user_name"] for _, data in pushed("user.left")] == [names[viewer(7)]]


def test_a_page_is_tracked_by_one_task_and_a_replay_counts_nobody_again():
    receive(*(came(number) for number in range(1, 31)))
    crowds.process_page(now=NOW)
    assert pending_actors() == ["track_all"]
    run_due()
    Push.objects.all().delete()
    webhook = Webhook.objects.order_by("id").first()
    assert replaying.replay_webhook(webhook_id=webhook.pk, now=NOW) == replaying.REPLAYED
    run_due(sweeps=False)
    assert TrackedEvent.objects.count() == 30
    assert [data["user_id"] for _, data in pushed("user.entered")] == [webhook.user_id]


def test_a_replay_of_an_old_webhook_pushes_no_old_news(settings):
    receive(came(1))
    run_due()
    later = NOW + timedelta(seconds=settings.REPLAY_NEWS_MAX_AGE)
    assert replaying.replay_webhook(webhook_id=Webhook.objects.get().pk, now=later) == replaying.REPLAYED
    assert Push.objects.count() == TrackedEvent.objects.count() == 1


def test_a_viewer_whom_an_earlier_release_logged_is_replayed_from_the_log():
    receive(came(1))
    webhook = Webhook.objects.get()
    with transaction.atomic():
        publish(CHANNEL_OCCUPIED, meanings.event_of(webhook))
    Webhook.objects.update(result="published", processed_at=NOW)
    run_due(sweeps=False)
    assert replaying.replay_webhook(webhook_id=webhook.pk, now=NOW) == replaying.REPLAYED
    assert pending_actors().count("run_receiver") == 2
    assert TrackedEvent.objects.count() == EventRecord.objects.count() == 1


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
    assert Webhook.objects.filter(result="published").count() == TrackedEvent.objects.count() == 4
    failing.clear()
    Webhook.objects.update(retry_at=NOW)
    run_due()
    assert TrackedEvent.objects.count() == 5


def test_a_page_that_fails_is_processed_one_by_one(monkeypatch):
    def fail(**_):
        raise RuntimeError("the page is broken")

    monkeypatch.setattr(crowds.sql, "mark_processed", fail)
    receive(*(came(number) for number in range(1, 6)))
    run_due()
    assert Webhook.objects.filter(result="published").count() == TrackedEvent.objects.count() == 5
    assert len(pushed("user.entered")) == 5


def test_one_page_after_the_other_until_none_is_left(monkeypatch):
    monkeypatch.setattr(crowds, "page_size", lambda: 4)
    receive(*(came(number) for number in range(1, 11)))
    run_due()
    assert TrackedEvent.objects.count() == 10
    assert not OutboxMessage.objects.filter(actor="process_audience").exists()
    assert crowds.lanes_wanted(now=NOW) == 0


def test_what_waits_about_a_stage_is_none_of_a_page_s_business():
    receive(
        came(1), {**came(0), "user_id": STREAMER}, {"name": "channel_vacated", "channel": f"presence-stream@{OTHER}"}
    )
    assert crowds.process_page(now=NOW) == 1
    assert Webhook.objects.filter(processed_at=None, is_stage=True).count() == 2
