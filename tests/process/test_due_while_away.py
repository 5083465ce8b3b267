"""What falls due while no process runs is done within seconds of the start."""

from __future__ import annotations

import time

import pytest

from livestream.demo import acts
from livestream.demo.cast import Cast
from livestream.demo.server import Body
from tests.process.house import House
from tests.process.shows import contribute, funded_show, open_session
from tests.support.waiting import until

pytestmark = pytest.mark.slow

SECONDS = 10


def test_a_sale_whose_end_was_slept_through_is_refunded(house: House, cast: Cast) -> None:
    before = cast.balances()
    funding = acts.sell_tickets(cast, session=open_session(cast), title="Missed", target=10_000, seconds=10)
    for viewer in cast.viewers[:2]:
        contribute(viewer, funding, quantity=2, key=acts.new_key())
    house.kill()
    until(lambda: time.time() > funding["exp"], what="the end of the sale")

    house.start()

    seen = until(lambda: _ended(cast, funding), what="the goal to end", seconds=SECONDS)
    assert (seen["outcome"], seen["progress"]) == ("refunded", 800)
    until(lambda: cast.balances() == before, what="the refund", seconds=SECONDS)


def test_a_show_whose_last_second_was_slept_through_is_paid(house: House, cast: Cast) -> None:
    before = cast.balances()
    _, show = funded_show(cast, seconds=2, tickets=dict.fromkeys(cast.viewers, 1))
    cast.stage.enters(goal_id=show["id"], user_id=cast.streamer.id)
    over_at = time.time() + 2
    house.kill()
    until(lambda: time.time() > over_at, what="the last second of the show")

    house.start()

    seen = until(lambda: _ended(cast, show), what="the show to end", seconds=SECONDS)
    assert (seen["outcome"], seen["progress"]) == ("completed", 2)
    earned = len(cast.viewers) * acts.TICKET_PRICE
    until(lambda: cast.streamer.balance == before["streamer"] + earned, what="the payout", seconds=SECONDS)
    assert house.manage("verify_ledger").returncode == 0


def _ended(cast: Cast, goal: Body) -> Body | None:
    seen = cast.streamer.get(f"/goals/{goal['id']}")
    return seen if seen["state"] == "ended" else None
