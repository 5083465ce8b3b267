"""Replaying a stored event runs its receivers again: all that act, or those that are named."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from livestream import ids
from livestream.events.replaying import EventNotFound, UnknownEvent, UnknownReceiver, replay_event
from livestream.events.signals import DomainSignal
from livestream.models import EventRecord, OutboxMessage
from tests.support.outbox import run_due

pytestmark = pytest.mark.django_db


@pytest.fixture
def heard(happening):
    """What each receiver of the event was given, in order."""
    heard = []
    happening.receive(lambda event: heard.append(("state", event)), name="state_one")
    happening.receive(lambda event: heard.append(("effect", event)), name="effect_one", effect=True)
    happening.receive(lambda event: heard.append(("news", event)), name="news_one", effect=True, news=True)
    happening.receive(lambda event: heard.append(("show", event)), name="of_shows", types={"show"})
    return heard


def published(happening, **facts):
    """Publish, do what follows, and return the id of the event."""
    with transaction.atomic():
        record = happening.publish(**facts)
    run_due()
    return record.event_id


def kinds(heard):
    return sorted(kind for kind, _ in heard)


def test_all_receivers_run_again_on_what_happened_then(moving, happening, heard):
    event_id = published(happening, number=7)
    heard.clear()
    assert replay_event(event_id=event_id) == 3
    assert kinds(heard) == ["state"], "effects are stored, and run by workers"
    run_due()
    assert kinds(heard) == ["effect", "news", "state"]
    assert {event.number for _, event in heard} == {7}
    assert {event.event_id for _, event in heard} == {event_id}


def test_the_log_is_not_written_to(moving, happening, heard):
    event_id = published(happening)
    replay_event(event_id=event_id)
    run_due()
    assert EventRecord.objects.count() == 1


def test_receivers_of_another_goal_type_return(moving, happening, heard):
    event_id = published(happening, type="show")
    heard.clear()
    assert replay_event(event_id=event_id) == 4
    run_due()
    assert kinds(heard) == ["effect", "news", "show", "state"]


def test_only_those_that_are_named_run(moving, happening, heard):
    event_id = published(happening)
    heard.clear()
    assert replay_event(event_id=event_id, receivers=["effect_one", "of_shows"]) == 1
    run_due()
    assert kinds(heard) == ["effect"]


@pytest.mark.parametrize(("named", "told"), [(None, ["effect", "state"]), (["news_one"], ["news"])])
def test_old_news_are_told_to_nobody_unless_asked_for(moving, settings, happening, heard, named, told):
    event_id = published(happening)
    heard.clear()
    moving.advance(seconds=settings.REPLAY_NEWS_MAX_AGE)
    replay_event(event_id=event_id, receivers=named)
    run_due()
    assert kinds(heard) == told


def test_a_replay_asked_for_twice_before_it_is_done_is_done_once(moving, happening, heard):
    event_id = published(happening)
    heard.clear()
    for _ in range(2):
        replay_event(event_id=event_id, receivers=["effect_one"])
    run_due()
    assert kinds(heard) == ["effect"]


def test_a_state_receiver_that_fails_leaves_nothing_stored(moving, happening):
    def refuse(event):
        if happening.replaying:
            raise ValueError("no")

    happening.replaying = False
    happening.receive(refuse, name="refusing")
    happening.receive(lambda event: None, name="effect_one", effect=True)
    event_id = published(happening)
    happening.replaying = True
    with pytest.raises(ValueError, match="no"):
        replay_event(event_id=event_id)
    assert not OutboxMessage.objects.filter(actor="run_receiver").exists()


def test_what_cannot_be_replayed_is_refused(moving, happening, heard):
    event_id = published(happening)
    with pytest.raises(UnknownReceiver, match="no_such"):
        replay_event(event_id=event_id, receivers=["effect_one", "no_such"])
    with pytest.raises(EventNotFound):
        replay_event(event_id=ids.new_id())
    signal = DomainSignal.registry.pop("test.happened")
    try:
        with pytest.raises(UnknownEvent, match=r"test\.happened"):
            replay_event(event_id=event_id)
    finally:
        DomainSignal.registry["test.happened"] = signal


def test_age_is_that_of_the_event_and_not_of_its_last_replay(moving, settings, happening, heard):
    event_id = published(happening)
    half = timedelta(seconds=settings.REPLAY_NEWS_MAX_AGE) / 2
    for told in (1, 0):
        heard.clear()
        moving.advance(seconds=half.total_seconds())
        replay_event(event_id=event_id)
        run_due()
        assert kinds(heard).count("news") == told
