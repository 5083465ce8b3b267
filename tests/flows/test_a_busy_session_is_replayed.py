"""An operator replays the whole log of a busy session, twice: nobody is paid, told or counted twice."""

from __future__ import annotations

import json
from collections import Counter
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

from livestream import clock
from livestream.events import registry
from livestream.models import EventRecord
from notifications.models import Push
from notifications.services import channel_snapshots
from sessions_app.models import Session
from tests.domain.pusher import Pusher, stream_of
from tests.domain.world import START
from tests.support.broker import working
from tests.support.busy_session import BusySession
from tests.support.outbox import pass_time, pending_actors, run_due
from tests.support.people import make_session
from tests.support.threads import at_once
from tests.support.unchanged import everything
from wallet.models import Escrow
from wallet.verification import verify_ledger

pytestmark = pytest.mark.django_db(transaction=True)

# What a replay may leave behind: that it happened, what is to be done, and what caches hold.
TRACES = {"ReceiverRun", "OutboxMessage", "ViewVersion"}


@pytest.fixture
def analytics(settings, tmp_path) -> Path:
    settings.ANALYTICS_PATH = str(tmp_path / "analytics.jsonl")
    return tmp_path / "analytics.jsonl"


@pytest.fixture
def moving():
    with clock.frozen(START) as moving:
        yield moving


@pytest.fixture
def busy(moving, analytics):
    return BusySession(moving)


def replay_command() -> dict:
    """Replay the whole log, and return what the command told."""
    out = StringIO()
    call_command("replay_events", "--all", "--apply", "--json", stdout=out, stderr=StringIO())
    return json.loads(out.getvalue())


def replay_all() -> dict:
    """Replay the whole log, and do all that follows."""
    told = replay_command()
    run_due()
    return told


def state_of(busy, *, without=()):
    """Return all rows of all tables, and what a client is shown of the streamer's channels."""
    rows = {name: rows for name, rows in everything().items() if name not in TRACES | set(without)}
    parts = (channel_snapshots.PUBLIC, channel_snapshots.FULL)
    return rows | {part: channel_snapshots.build(streamer_id=busy.streamer.pk, part=part) for part in parts}


def differences(before, after):
    """Return the tables that differ, each with the rows that only one of the two has."""
    changed = [name for name in before if before[name] != after[name]]
    return {
        name: [r for r in (*before[name], *after[name]) if (r in before[name]) != (r in after[name])]
        for name in changed
    }


def insert_ids(path: Path) -> Counter:
    return Counter(json.loads(line)["insert_id"] for line in path.read_text().splitlines())


def test_the_whole_log_of_a_session_that_is_over_replayed_twice_changes_nothing(busy, analytics):
    busy.everything_before_the_show()
    busy.everything_until_the_end(busy.a_show_begins())
    assert {e.state for e in Escrow.objects.all()} == {"completed", "refunded", "split"}
    assert {r.name for r in EventRecord.objects.all()} == {r.signal.name for r in registry.all_receivers()}
    before, counted = state_of(busy), insert_ids(analytics)
    for _ in range(2):
        told = replay_all()
        assert (told["failed"], told["looked_at"]) == (0, EventRecord.objects.count())
        assert differences(before, state_of(busy)) == {}
    assert insert_ids(analytics) == counted
    assert set(counted.values()) == {1}
    assert pending_actors() == []
    assert verify_ledger() == []


def test_replayed_in_the_middle_of_a_show_it_goes_on_as_if_nothing_had_been(busy, analytics):
    show = busy.a_show_begins()
    before, pushed = state_of(busy, without=["Push"]), Push.objects.count()
    for _ in range(2):
        assert replay_all()["failed"] == 0
        assert differences(before, state_of(busy, without=["Push"])) == {}
    repeats = Push.objects.order_by("id")[pushed:]
    assert {push.event_id for push in repeats} <= set(EventRecord.objects.values_list("event_id", flat=True))
    busy.everything_until_the_end(show)
    assert max(insert_ids(analytics).values()) == 1
    assert not Escrow.objects.filter(settled_at=None).exists()
    assert verify_ledger() == []


def test_that_a_streamer_once_left_does_not_end_the_next_session(moving):
    session, pusher = make_session(), Pusher()
    pusher.notice(stream_of(session.streamer_id), session.streamer_id, False)
    pass_time(moving, seconds=settings.DEVICE_DISCONNECT_COUNTDOWN)
    assert not Session.objects.get(pk=session.id).active
    following = make_session(session.streamer)
    for _ in range(2):
        assert replay_all()["failed"] == 0
    pass_time(moving, seconds=settings.DEVICE_DISCONNECT_COUNTDOWN + 1)
    assert Session.objects.get(pk=following.id).active


@pytest.mark.postgres
def test_two_operators_who_replay_at_the_same_time_stand_in_nobodys_way(busy, analytics):
    busy.everything_until_the_end(busy.a_show_begins())
    before = state_of(busy)
    with working():
        told = at_once(*[replay_command] * 3)
    run_due()
    assert [each["failed"] for each in told] == [0, 0, 0]
    assert differences(before, state_of(busy)) == {}
    assert max(insert_ids(analytics).values()) == 1
