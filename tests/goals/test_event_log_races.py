"""The event feed while others write: nothing missed, nothing twice, each goal's events in order."""

from __future__ import annotations

from functools import partial
from itertools import groupby

import psycopg
import pytest
from django.db import connection, transaction

from goals import event_log
from goals.event_log import Cursor
from livestream import clock, ids, users
from livestream.events import publish
from livestream.events.contracts import GOAL_ADDED, GoalAdded
from livestream.models import EventRecord, User
from tests.support.people import make_user
from tests.support.rounds import rounds
from tests.support.threads import Turnstile, at_once, in_thread

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

WRITERS, ROUNDS = 6, rounds(30, few=9)


@pytest.fixture
def streamer():
    return make_user()


def happen(streamer, *goal_ids):
    """Publish an event of each of these goals."""
    for goal_id in goal_ids:
        session_id = ids.new_id()
        added = GoalAdded(
            goal_id=goal_id,
            session_id=session_id,
            streamer_id=streamer.pk,
            type="funding",
            active=True,
            progress=0,
            level=0,
            levels=(),
            conditions={"session_id": session_id},
            context={},
            metadata={"user_id": streamer.pk},
        )
        publish(GOAL_ADDED, added)


def read_on(streamer, cursor, *, limit=100):
    found = event_log.events_after(user_id=streamer.pk, cursor=cursor, limit=limit)
    return found, event_log.cursor_of(found[-1]) if found else cursor


def test_what_began_later_waits_for_what_is_still_open(streamer):
    early, late, place = ids.new_id(), ids.new_id(), Turnstile()

    def write_slowly():
        with transaction.atomic():
            happen(streamer, early)
            place.stop()

    wait = in_thread(write_slowly)
    place.wait_until_reached()
    with transaction.atomic():
        happen(streamer, late)
    assert read_on(streamer, Cursor())[0] == []
    place.let_on()
    wait()
    assert {record.goal_id for record in read_on(streamer, Cursor())[0]} == {early, late}


def test_whoever_began_first_and_waited_for_another_comes_after_them(streamer):
    goal_id, began = ids.new_id(), Turnstile()

    def write_after_waiting():
        with transaction.atomic():
            users.add_tag(user_id=streamer.pk, tag="began", now=clock.now())  # the transaction has its number now
            began.stop()
            User.objects.select_for_update().get(pk=streamer.pk)
            happen(streamer, goal_id)

    wait = in_thread(write_after_waiting)
    began.wait_until_reached()
    with transaction.atomic():
        User.objects.select_for_update().get(pk=streamer.pk)
        happen(streamer, goal_id)
        began.let_on()
    wait()
    positions = [record.position for record in read_on(streamer, Cursor())[0]]
    assert len(positions) == 2
    assert positions == sorted(positions)


def test_an_open_transaction_of_another_database_holds_nobody_up(streamer):
    server = connection.settings_dict | {"DBNAME": "postgres"}
    named = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "DBNAME"}
    with psycopg.connect(**{name: server[key] for name, key in named.items() if server[key]}) as other:
        other.execute("SELECT pg_current_xact_id()")
        with transaction.atomic():
            happen(streamer, ids.new_id())
        assert len(read_on(streamer, Cursor())[0]) == 1


def test_what_was_rolled_back_neither_shows_nor_holds_anything_up(streamer):
    with transaction.atomic():
        happen(streamer, ids.new_id())
        transaction.set_rollback(True)
    kept = ids.new_id()
    with transaction.atomic():
        happen(streamer, kept)
    assert [record.goal_id for record in read_on(streamer, Cursor())[0]] == [kept]


def write(streamer, own, shared):
    """Write many events, alone and under the lock that the writers share, one goal's after another's."""
    for number in range(ROUNDS):
        with transaction.atomic():
            happen(streamer, own)
            if number % 3 == 0:
                User.objects.select_for_update().get(pk=streamer.pk)
                happen(streamer, shared, own)


def follow(streamer, expected, limit):
    """Read on and on until all is seen that will be written."""
    seen, cursor = [], Cursor()
    while len(seen) < expected:
        found, cursor = read_on(streamer, cursor, limit=limit)
        seen += found
    return seen


@pytest.mark.parametrize("limit", [1, 7, 100])
def test_a_reader_among_many_writers_misses_nothing_and_reads_nothing_twice(streamer, limit):
    shared, expected = ids.new_id(), WRITERS * (ROUNDS + 2 * (ROUNDS // 3))
    writers = [partial(write, streamer, ids.new_id(), shared) for _ in range(WRITERS)]
    seen, *done = at_once(partial(follow, streamer, expected, limit), *writers)
    assert done == [None] * WRITERS
    assert sorted(record.position for record in seen) == list(EventRecord.objects.values_list("position", flat=True))
    by_goal = sorted(seen, key=lambda record: record.goal_id)
    for _, events in groupby(by_goal, key=lambda record: record.goal_id):
        positions = [record.position for record in events]
        assert positions == sorted(positions)
    assert read_on(streamer, event_log.cursor_of(seen[-1]))[0] == []
