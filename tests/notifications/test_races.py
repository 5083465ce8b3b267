"""Several processes at once: the same webhook, the same inbox, and real workers on the broker."""

import functools
from collections import defaultdict

import pytest
from django.db import transaction
from django.test import Client

from livestream import cached_views, realtime
from livestream.models import EventRecord, TrackedEvent, ViewVersion
from notifications.models import Push, Webhook
from notifications.push_contracts import PushEvent
from notifications.services import crowds, processing, pushes
from tests.notifications.conftest import NOW
from tests.notifications.webhooks import body_of, member, now_ms, post
from tests.races.rounds import ROUNDS
from tests.support.broker import eventually, relay, working
from tests.support.outbox import sweep_all
from tests.support.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)

USER = "b" * 24
GOALS = ["a" * 24, "c" * 24, "d" * 24]


@pytest.mark.postgres
def test_a_webhook_that_arrives_everywhere_at_once_is_stored_once():
    body = body_of(*(member("member_added", goal_id=goal, user_id=USER) for goal in GOALS))
    responses = at_once(*[lambda: post(Client(), body)] * 12)
    assert [response.status_code for response in responses] == [200] * 12
    assert Webhook.objects.count() == len(GOALS)


@pytest.mark.postgres
def test_many_processors_publish_each_webhook_once_and_each_stage_in_order():
    for seconds in range(40, 0, -1):
        events = [member("member_added", goal_id=goal, user_id=USER) for goal in GOALS]
        post(Client(), body_of(*events, time_ms=now_ms(ago=seconds)))
    acts = [functools.partial(processing.process_next, subject_id=goal, now=NOW) for goal in GOALS]
    acts += [functools.partial(processing.work_off, subjects=GOALS, now=NOW)]
    while Webhook.objects.filter(processed_at=None).exists():
        outcomes = at_once(*acts * 2)
        assert all(each is None or isinstance(each, bool) for each in outcomes), outcomes
    assert not Webhook.objects.exclude(result="published", attempts=0).exists()
    by_channel = defaultdict(list)
    for record in EventRecord.objects.filter(name="channel_occupied").order_by("position"):
        by_channel[record.payload["channel"]].append(int(record.payload["source"]))
    in_order = Webhook.objects.order_by("time_ms", "id")
    assert by_channel == {
        channel: list(in_order.filter(channel=channel).values_list("id", flat=True)) for channel in by_channel
    }
    assert sum(map(len, by_channel.values())) == 120


@pytest.mark.postgres
def test_many_workers_take_a_crowd_page_by_page_and_each_viewer_once(monkeypatch):
    monkeypatch.setattr(crowds, "page_size", lambda: 7)
    channel = f"presence-stream@{USER}"
    viewers = [f"{number:024x}" for number in range(1, 201)]
    post(Client(), body_of(*({"name": "member_added", "channel": channel, "user_id": each} for each in viewers)))
    work = functools.partial(crowds.process_page, now=NOW)
    while Webhook.objects.filter(processed_at=None).exists():
        assert all(isinstance(each, int) for each in at_once(*[work] * 6))
    told = Webhook.objects.filter(result="published").values_list("user_id", flat=True)
    assert sorted(told) == viewers
    assert TrackedEvent.objects.count() == len(viewers)


@pytest.mark.postgres
@pytest.mark.parametrize("order", range(ROUNDS))
def test_a_decision_waits_for_the_worker_that_is_at_its_webhook(order):
    """Whoever is first, the webhook is processed once, and before the decision goes on."""
    post(Client(), body_of(member("member_removed", goal_id=GOALS[0], user_id=USER)))

    def decide():
        with transaction.atomic():
            realtime.work_off(subjects=[GOALS[0], USER], now=NOW)
            return EventRecord.objects.filter(name="channel_vacated").count()

    def work():
        return processing.process_next(subject_id=GOALS[0], now=NOW)

    acts = [decide, work, decide, work]
    outcomes = at_once(*acts[order % 4 :], *acts[: order % 4])
    assert sorted(each for each in outcomes if not isinstance(each, bool)) == [1, 1], outcomes
    assert Webhook.objects.get().attempts == 0


@pytest.mark.postgres
def test_an_invalidation_by_many_at_once_waits_for_nobody_for_long():
    def invalidate():
        with transaction.atomic():
            cached_views.invalidate(name="n")

    assert at_once(*[invalidate] * 12) == [None] * 12
    assert ViewVersion.objects.count() == 1


def test_workers_do_what_was_stored_and_send_what_waits(pusher_server):
    def look_around():
        sweep_all()
        relay()

    with working():
        post(Client(), body_of(member("member_removed", goal_id=GOALS[0], user_id=USER)))
        with transaction.atomic():
            data, event = {"wallet": {"balance": 0, "version": 1}}, PushEvent.WALLET_UPDATED
            pushes.push(channels=["private-user@1"], event=event, data=data, subject="", event_id="e" * 24, now=NOW)
        eventually(lambda: Webhook.objects.filter(result="published").exists(), meanwhile=look_around)
        eventually(lambda: Push.objects.filter(provider="pusher").exists(), meanwhile=look_around)
    [(channel, heard, told)] = pusher_server.told
    assert (channel, heard, told["wallet"]) == ("private-user@1", "wallet.updated", data["wallet"])
