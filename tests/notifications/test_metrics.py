"""What `/metrics` says of webhooks, pushes and audiences."""

from __future__ import annotations

import pytest

from livestream import clock, ids
from notifications.models import Audience, Push
from notifications.push_contracts import PushEvent
from notifications.services import pushes
from tests.support.scraping import scrape

pytestmark = pytest.mark.django_db


@pytest.fixture
def moving():
    with clock.frozen() as moving:
        yield moving


def push():
    told = {"channels": ["private-user@a"], "event": PushEvent.WALLET_UPDATED, "subject": "a"}
    pushes.push(**told, data={"wallet": {"balance": 0, "version": 1}}, event_id=ids.new_id(), now=clock.now())
    return Push.objects.latest("id")


def audience(**fields):
    told = {"goal_id": ids.new_id(), "event_id": ids.new_id(), "since": clock.now(), "created_at": clock.now()}
    return Audience.objects.create(id=ids.new_id(), **(told | fields))


def test_unsent_pushes_are_told_with_the_age_of_the_next_and_refused_ones_apart(moving, client):
    push()
    moving.advance(seconds=20)
    push()
    Push.objects.filter(pk=push().pk).update(failed_at=clock.now())
    told = scrape(client)
    kinds = ("unsent", "oldest_unsent_seconds", "failed")
    assert [told[f"livestream_pushes_{kind}"] for kind in kinds] == [2, 20, 1]


def test_the_audience_that_waits_longest_to_be_let_in_is_told(moving, client):
    assert scrape(client)["livestream_audiences_oldest_waiting_seconds"] == 0
    audience(closed_at=clock.now())
    audience(walked_at=clock.now())
    moving.advance(seconds=90)
    audience()
    moving.advance(seconds=30)
    assert scrape(client)["livestream_audiences_oldest_waiting_seconds"] == 30
