"""Event, `event_id` and channel name a push: no two pushes share a name, a repeat keeps it, the data has the id too."""

from __future__ import annotations

from collections import Counter

import pytest

from livestream import clock
from livestream.events import registry, replaying
from livestream.events.signals import DomainSignal
from livestream.models import EventRecord
from notifications.models import Push
from tests.domain.world import START
from tests.support.busy_session import BusySession
from tests.support.outbox import pass_time, run_due

pytestmark = pytest.mark.django_db

# What is pushed in the course of a busy session.
HEARD = {
    "goal.added",
    "goal.started",
    "goal.agreed",
    "goal.progress.updated",
    "goal.completed",
    "goal.ended",
    "exclusive.closed",
    "session.updated",
    "session.karaoke_goal.updated",
    "livestream.online",
    "livestream.offline",
    "livestream.mvps",
    "user.entered",
    "user.left",
    "external.command",
    "escrow.completed",
    "escrow.completed.individual",
    "escrow.refunded",
    "stream.viewers.updated",
}


@pytest.fixture
def moving():
    with clock.frozen(START) as moving:
        yield moving


@pytest.fixture
def busy(moving):
    busy = BusySession(moving)
    busy.everything_before_the_show()
    busy.everything_until_the_end(busy.a_show_begins())
    run_due()
    return busy


def names():
    """Return how often each name was given to a push."""
    rows = Push.objects.values_list("event", "event_id", "channels")
    return Counter((event, event_id, channel) for event, event_id, channels in rows for channel in channels)


def test_no_two_pushes_share_a_name_and_a_repeat_has_that_of_the_first(busy, moving):
    before = names()
    assert all(push.data["event_id"] == push.event_id for push in Push.objects.all())
    assert {event for event, _, _ in before} >= HEARD
    assert [name for name, count in before.items() if count > 1] == []
    for record in EventRecord.objects.all():
        replaying.replay_event(event_id=record.event_id, receivers=news_of(record))
    pass_time(moving, seconds=1)
    # The steps of a goal's progress share a push, which is named after the first of them.
    assert {event for event, _, _ in set(names()) - set(before)} <= {"goal.progress.updated"}


def news_of(record):
    signal = DomainSignal.registry[record.name]
    event = replaying.revive(record=record)
    return [receiver.name for receiver in registry.acting_receivers(signal, event) if receiver.news]
