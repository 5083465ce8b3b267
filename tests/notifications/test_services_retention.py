"""Sent pushes and processed webhooks are purged in time; what still needs a person never is."""

from __future__ import annotations

from datetime import timedelta
from itertools import count

import pytest

from livestream import clock, ids
from notifications import sweeps
from notifications.models import Admission, Audience, Push, Webhook
from notifications.services import retention

pytestmark = pytest.mark.django_db
_numbers = count()


@pytest.fixture
def moving():
    with clock.frozen() as moving:
        yield moving


def push(**fields):
    usual = {"channels": ["c"], "event": "e", "data": {}, "event_id": ids.new_id(), "created_at": clock.now()}
    return Push.objects.create(**(usual | fields))


def webhook(**fields):
    usual = {"body_hash": "h", "index": next(_numbers), "time_ms": 0, "name": "n", "key": "k", "raw": {}}
    return Webhook.objects.create(**(usual | {"received_at": clock.now()} | fields))


def audience(**fields):
    usual = {"goal_id": ids.new_id(), "subject": "s", "event_id": ids.new_id(), "escrow_id": "e"}
    return Audience.objects.create(**(usual | {"since": clock.now()} | fields))


def test_old_rows_are_purged_and_recent_ones_are_kept(moving, settings):
    settings.RETENTION_DAYS = 7
    push(sent_at=clock.now())
    webhook(processed_at=clock.now(), result="published")
    moving.advance(seconds=6 * 86_400)
    young = push(sent_at=clock.now()), webhook(processed_at=clock.now(), result="ignored")
    moving.advance(seconds=86_400)
    sweeps.purge_old_rows()
    assert (Push.objects.get(), Webhook.objects.get()) == young


def test_the_audiences_of_old_shows_are_purged_with_all_their_viewers(moving, settings):
    settings.RETENTION_DAYS = 7
    old = audience(created_at=clock.now() - timedelta(days=7))
    young = audience(created_at=clock.now() - timedelta(days=6))
    for each in (old, young):
        Admission.objects.bulk_create(Admission(audience=each, viewer_id=ids.new_id()) for _ in range(5))
    assert [retention.purge_audiences(now=clock.now(), size=3) for _ in range(3)] == [3, 3, 0]
    assert (Audience.objects.get(), Admission.objects.filter(audience=young).count()) == (young, 5)


def test_audiences_are_purged_although_others_get_old_all_the_time(moving, settings):
    settings.RETENTION_DAYS = 7
    for _ in range(5):  # in each round, another one has got old
        each = audience(created_at=clock.now() - timedelta(days=7))
        Admission.objects.create(audience=each, viewer_id=ids.new_id())
        sweeps.purge_old_rows()
    assert (Audience.objects.count(), Admission.objects.count()) == (0, 0)


def test_what_was_never_sent_or_failed_or_never_processed_is_kept_for_good(moving):
    old = clock.now() - timedelta(days=1000)
    push(created_at=old)
    push(created_at=old, failed_at=old)
    webhook(received_at=old)
    webhook(received_at=old, attempts=40, retry_at=old)
    sweeps.purge_old_rows()
    assert (Push.objects.count(), Webhook.objects.count()) == (2, 2)


def test_zero_days_keep_everything(moving, settings):
    settings.RETENTION_DAYS = 0
    push(sent_at=clock.now() - timedelta(days=1000))
    webhook(processed_at=clock.now(), received_at=clock.now() - timedelta(days=1000))
    audience(created_at=clock.now() - timedelta(days=1000))
    sweeps.purge_old_rows()
    assert (Push.objects.count(), Webhook.objects.count(), Audience.objects.count()) == (1, 1, 1)


def test_a_chunk_is_never_bigger_than_asked_for_and_begins_with_the_oldest(moving):
    days = [200, 400, 300]
    for each in days:
        push(sent_at=clock.now() - timedelta(days=each))
    assert retention.purge_pushes(now=clock.now(), size=2) == 2
    assert clock.now() - Push.objects.get().sent_at == timedelta(days=200)
    assert [retention.purge_pushes(now=clock.now(), size=2) for _ in range(2)] == [1, 0]


def test_one_round_leaves_the_rest_for_the_next(moving, monkeypatch):
    monkeypatch.setattr(retention, "CHUNK_SIZE", 2)
    monkeypatch.setattr(retention.purge_pushes, "__kwdefaults__", {"size": 2})
    for _ in range(13):
        push(sent_at=clock.now() - timedelta(days=200))
    left = []
    for _ in range(2):
        sweeps.purge_old_rows()
        left.append(Push.objects.count())
    assert left == [3, 0]
