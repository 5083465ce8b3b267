"""Five stories of clients with unmodified pusher-js, at the local realtime server and at soketi: the same outcome."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.process.house import House
from tests.process.people import STORIES
from tests.process.soketi import soketi
from tests.support.node import play

pytestmark = pytest.mark.slow

OUTCOMES = {
    "paid-out": {"outcome": "completed", "ended_because": "completed", "coins": [400, -400]},
    "refunded": {"outcome": "refunded", "ended_because": "expired", "coins": [0, 0]},
    "private": {"outcome": "agreed", "ended_because": "completed", "coins": [300, -300]},
    "exclusive": {"outcome": "split", "ended_because": "cancelled", "fair": True},
    "given-back": {"outcome": "cancelled", "ended_because": "cancelled", "coins": [0, 0]},
}


@contextmanager
def at_the_local_server(house: House, folder: Path) -> Iterator[int]:
    house.start()
    yield house.realtime_port


@contextmanager
def at_soketi(house: House, folder: Path) -> Iterator[int]:
    with soketi(folder=folder, webhook_url=f"{house.address}/notify/pusher") as port:
        house.own |= {"PUSHER_HOST": "127.0.0.1", "PUSHER_PORT": str(port), "PUSHER_SSL": "false"}
        house.start()
        yield port


@pytest.mark.parametrize("server", [at_the_local_server, at_soketi])
def test_each_story_ends_as_it_should(server, node_folder: Path, empty_house: House, tmp_path: Path) -> None:
    empty_house.channels = True
    made = empty_house.manage("shell", "-c", "from tests.process import people; people.create()")
    assert made.returncode == 0, made.stderr
    with server(empty_house, tmp_path) as port:
        realtime = {"key": "local", "host": "127.0.0.1", "port": port}
        told = {"api": empty_house.address, "realtime": realtime, "password": "demo"}
        played = play("stories.mjs", json.dumps(told), seconds=300)
    outcomes = json.loads(played)
    assert outcomes == OUTCOMES, played
    assert set(outcomes) == set(STORIES)
    proof = empty_house.manage("verify_ledger")
    assert proof.returncode == 0, proof.stdout + proof.stderr
