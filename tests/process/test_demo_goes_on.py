"""The demo works after its server was killed, after a demo was stopped, and with viewers who spent their coins."""

from __future__ import annotations

import pytest

from livestream.demo import acts
from livestream.demo.cast import Cast
from tests.process.house import House
from tests.process.shows import play_to_the_end
from tests.support.waiting import until

pytestmark = pytest.mark.slow


def test_the_demo_outlives_a_server_that_is_killed_again_and_again(house_with_channels: House) -> None:
    moments = ["viewer3", "sip of water", "the last second is performed"]
    told = []

    with house_with_channels.popen("demo", "--scenario", "show") as demo:
        for line in demo.stdout or ():
            told.append(line)
            if moments and moments[0] in line:
                house_with_channels.kill()
                house_with_channels.start()
                moments.pop(0)

    story = "".join(told)
    assert demo.returncode == 0, story
    assert not moments
    assert "the server is back after" in story
    assert "the streamer has 1,200 coins more, the viewers as many less" in story


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
