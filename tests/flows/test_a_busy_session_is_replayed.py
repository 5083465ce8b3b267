"""An operator replays the whole log of a busy session, twice: nobody is paid, told or counted twice."""

from __future__ import annotations

import json
from collections import Counter
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from livestream import clock
from livestream.events import registry
from livestream.models import EventRecord
from notifications.models import Push
from notifications.services import channel_snapshots
from tests.domain.world import START
from tests.support.busy_session import BusySession
from tests.support.outbox import pending_actors, run_due
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
def busy(analytics):
    with clock.frozen(START) as moving:
        yield BusySession(moving)


def replay_all() -> dict:
    """Replay the whole log, do all that follows, and return what the command told."""
    out = StringIO()
    call_command("replay_events", "--all", "--apply", "--json", stdout=out, stderr=StringIO())
    run_due()
    return json.loads(out.getvalue())


def state_of(busy, *, without=()):
    """Return all rows of all tables, and what a client is shown of the streamer's channels."""
    rows = {name: rows for name, rows in everything().items() if name not in TRACES | set(without)}
    for entry in rows["FeedEntry"]:
        del entry["updated_at"]  # when it was last worked out, which a replay does anew
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
