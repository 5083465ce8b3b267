"""`make run` in one process, `make demo` in another."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.process.databases import make_database
from tests.process.house import House
from tests.support.rounds import FULL

pytestmark = pytest.mark.slow


def test_the_demo_plays_every_scenario_and_proves_the_ledger(house_with_channels: House) -> None:
    """Without TEST_ROUNDS=full it plays the show alone: all of them take more than a minute."""
    scenarios = () if FULL else ("--scenario", "show")
    played = house_with_channels.manage("demo", *scenarios)

    assert played.returncode == 0, played.stdout + played.stderr
    assert "the streamer has 1,200 coins more, the viewers as many less" in played.stdout
    assert "all balances sum up to zero" in played.stdout
    if not FULL:
        return
    assert played.stdout.count("everybody has as many coins as before") == 4
    assert "a ticket of a sale that was reached stays sold" in played.stdout
    assert "the blocked viewer may not watch, and the other viewer still may" in played.stdout
    assert "the private show's outcome is a split" in played.stdout
    assert "the sale has ended because it was not started" in played.stdout


def test_without_a_server_the_demo_says_what_to_do(empty_house: House) -> None:
    played = empty_house.manage("demo")

    assert played.returncode == 1
    assert "Start it with `make run` in another terminal" in played.stderr
    assert "Traceback" not in played.stderr


def test_the_demo_says_at_once_that_the_ledger_is_not_the_servers(house: House, tmp_path: Path) -> None:
    stranger = House(var=tmp_path, database=make_database(name="stranger", var=tmp_path))
    stranger.port = house.port
    played = stranger.manage("demo")
    stranger.database.drop()

    assert played.returncode == 1
    assert "the same LIVESTREAM_VAR and DATABASE_URL" in played.stderr
    assert "opens the session" not in played.stdout
