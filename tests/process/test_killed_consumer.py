"""A consumer of /events is killed at random while long transactions are open: it reads every event exactly once."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from goals.event_log import NAMES
from livestream.demo import acts
from livestream.demo.cast import Cast
from livestream.ids import new_id
from tests.process.house import House
from tests.process.shows import contribute, open_session
from tests.support.waiting import until

pytestmark = [pytest.mark.slow, pytest.mark.postgres]

LONG_SECONDS = 5
_COPY = """
    INSERT INTO livestream_eventrecord
        (event_id, name, payload, goal_id, session_id, user_id, escrow_id, triggerer, request_id, occurred_at)
    SELECT %s, name, payload, goal_id, session_id, user_id, escrow_id, triggerer, request_id, now()
    FROM livestream_eventrecord WHERE name = 'goal.created' LIMIT 1
"""


class Consumer:
    """Its process, which is started and killed again and again, and its file, which stays."""

    def __init__(self, house: House, cast: Cast, file: Path) -> None:
        self._file = file
        script = Path(__file__).with_name("consumer.py")
        self._command = [
            sys.executable,
            str(script),
            house.address,
            cast.streamer.headers()["Authorization"],
            str(file),
        ]
        self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(self._command, stderr=subprocess.DEVNULL)

    def kill_and_start(self) -> None:
        self.kill()
        self.process = self._start()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def seen(self) -> list[str]:
        with sqlite3.connect(self._file) as store:
            if not store.execute("SELECT 1 FROM sqlite_master WHERE name = 'seen'").fetchone():
                return []
            return [row[0] for row in store.execute("SELECT id FROM seen ORDER BY number")]


def write_slowly(url: str, *, commits: bool) -> None:
    """Publish an event in a transaction that stays open for seconds."""
    with psycopg.connect(url) as own:
        assert own.execute(_COPY, [new_id()]).rowcount == 1
        time.sleep(LONG_SECONDS)  # what is tested: a transaction of this length
        if not commits:
            own.rollback()


@pytest.fixture
def consumer(house: House, cast: Cast, tmp_path: Path) -> Iterator[Consumer]:
    consumer = Consumer(house, cast, tmp_path / "seen.sqlite3")
    yield consumer
    consumer.kill()


def test_a_killed_consumer_reads_every_event_once_and_in_order(house: House, cast: Cast, consumer: Consumer) -> None:
    url = house.database.environment["DATABASE_URL"]
    funding = acts.sell_tickets(cast, session=open_session(cast), title="Rush", target=10**9, seconds=600)
    writers = [threading.Thread(target=write_slowly, args=[url], kwargs={"commits": n != 1}) for n in range(3)]
    for number, writer in enumerate(writers):
        writer.start()
        contribute(cast.viewers[number], funding, quantity=1, key=acts.new_key())
    while any(writer.is_alive() for writer in writers):
        contribute(cast.viewers[0], funding, quantity=1, key=acts.new_key())
        time.sleep(random.uniform(0.2, 0.9))  # noqa: S311 - so long it lives
        consumer.kill_and_start()
    with psycopg.connect(url) as own:
        mine = [cast.streamer.id, f"show_funding:{funding['id']}"]
        rows = own.execute(
            "SELECT event_id FROM livestream_eventrecord WHERE (user_id = %s OR escrow_id = %s)"
            " AND name = ANY(%s) ORDER BY transaction, position",
            [*mine, NAMES],
        ).fetchall()
    expected = [row[0] for row in rows]
    assert len(expected) > len(writers)
    until(lambda: len(consumer.seen()) >= len(expected), what="the consumer to have read everything")
    assert consumer.seen()[: len(expected)] == expected
    assert len(set(consumer.seen())) == len(consumer.seen())
