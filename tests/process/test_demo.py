"""`make run` in one process, `make demo` in another."""

from __future__ import annotations

from pathlib import Path

import pytest

from livestream.demo import acts
from livestream.demo.cast import Cast
from tests.process.databases import make_database
from tests.process.house import House
from tests.process.shows import play_to_the_end
from tests.process.waiting import until

pytestmark = pytest.mark.slow


def test_the_demo_plays_every_scenario_and_proves_the_ledger(house: House) -> None:
    played = house.manage("demo")

    assert played.returncode == 0, played.stdout + played.stderr
    assert "the streamer has 1,200 coins more, the viewers as many less" in played.stdout
    assert played.stdout.count("everybody has as many coins as before") == 4
    assert "a ticket of a sale that was reached stays sold" in played.stdout
    assert "who is blocked may not watch, and who is not still may" in played.stdout
    assert "the private show's outcome is a split" in played.stdout
    assert "the sale has ended because it was not started" in played.stdout
    assert "all balances sum up to zero" in played.stdout


def test_the_demo_outlives_a_server_that_is_killed_again_and_again(house: House) -> None:
    moments = ["viewer3", "sip of water", "the last second is performed"]
    told = []

    with house.popen("demo", "--scenario", "show") as demo:
        for line in demo.stdout or ():
            told.append(line)
            if moments and moments[0] in line:
                house.kill()
                house.start()
                moments.pop(0)

    story = "".join(told)
    assert demo.returncode == 0, story
    assert not moments
    assert "the server is back after" in story
    assert "the streamer has 1,200 coins more, the viewers as many less" in story


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


def test_viewers_who_ran_out_of_coins_are_given_new_ones(house: House, cast: Cast) -> None:
    viewer = cast.viewers[0]
    tickets = (viewer.balance - 100) // acts.TICKET_PRICE
    play_to_the_end(cast, seconds=1, tickets={viewer: tickets})
    until(lambda: cast.streamer.balance == tickets * acts.TICKET_PRICE, what="the payout")

    played = house.manage("demo", "--scenario", "refund")

    assert played.returncode == 0, played.stdout + played.stderr
    assert "deposits coins for viewer1" in played.stdout


def test_a_demo_that_was_stopped_half_way_does_not_disturb_the_next(house: House) -> None:
    with house.popen("demo", "--scenario", "show") as stopped:
        for line in stopped.stdout or ():
            if "sip of water" in line:
                stopped.kill()

    played = house.manage("demo", "--scenario", "refund")

    assert played.returncode == 0, played.stdout + played.stderr
    assert "a session that was left over" in played.stdout
