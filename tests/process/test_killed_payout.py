"""The server is killed in the middle of a payout: the streamer is paid once, to the coin."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from livestream.demo import acts
from livestream.demo.cast import Cast
from livestream.demo.server import Body
from tests.process.house import House
from tests.process.shows import funded_show
from tests.support.rounds import rounds
from tests.support.waiting import until

pytestmark = pytest.mark.slow

# What is looked for in the database, and how many seconds later the server is killed. Each is
# true for good once it is, so no moment can be missed.
ENDED = "SELECT 1 FROM goals_goal WHERE id = '{show}' AND ended_at IS NOT NULL"
DECIDED = "SELECT 1 FROM wallet_escrow WHERE escrow_id = '{escrow}' AND state = 'completed'"
PAID = "SELECT 1 FROM wallet_escrow WHERE escrow_id = '{escrow}' AND settled_at IS NOT NULL"
MOMENTS = [(ENDED, 0.0), (ENDED, 0.005), (ENDED, 0.02), (ENDED, 0.05), (DECIDED, 0.0)]
# After so many kills that interrupted a payout, the rest of the moments is not played.
KILLS = rounds(len(MOMENTS), few=1)


def test_a_payout_that_is_killed_anywhere_is_made_once(house: House, cast: Cast) -> None:
    interrupted: list[bool] = []
    for moment, delay in MOMENTS:
        if interrupted.count(True) == KILLS:
            break
        before = cast.balances()
        funding, show = funded_show(cast, seconds=1, tickets=dict.fromkeys(cast.viewers[:3], 1))
        cast.stage.enters(goal_id=show["id"], user_id=cast.streamer.id)

        _kill_at(house, _asks(house, moment, funding, show), delay)
        interrupted.append(not _asks(house, PAID, funding, show)())
        house.start()

        until(_asks(house, PAID, funding, show), what=f"the payout after a kill at {moment}")
        _assert_paid_once(cast, funding, before)
    assert any(interrupted), "no kill came before the end of a payout, so nothing was shown"
    assert house.manage("verify_ledger").returncode == 0


def test_a_refund_that_is_killed_anywhere_is_made_once(house: House, cast: Cast) -> None:
    for delay in (0.0, 0.02)[: rounds(2, few=1)]:
        before = cast.balances()
        funding, show = funded_show(cast, seconds=60, tickets=dict.fromkeys(cast.viewers[:3], 1))
        cast.streamer.call("DELETE", f"/goals/{show['id']}")

        _kill_at(house, _asks(house, ENDED, funding, show), delay)
        house.start()

        until(_asks(house, PAID, funding, show), what="the refund")
        assert cast.balances() == before
    assert house.manage("verify_ledger").returncode == 0


def _asks(house: House, question: str, funding: Body, show: Body) -> Callable[[], bool]:
    sql = question.format(show=show["id"], escrow=acts.escrow_of(funding))
    return lambda: bool(house.database.query(sql))


def _kill_at(house: House, moment: Callable[[], bool], delay: float) -> None:
    until(moment, what="the moment of the kill", every=0.001)
    time.sleep(delay)
    house.kill()


def _assert_paid_once(cast: Cast, funding: Body, before: dict[str, int]) -> None:
    after = cast.balances()
    tickets = 3 * acts.TICKET_PRICE
    assert after["streamer"] - before["streamer"] == tickets
    assert sum(before.values()) == sum(after.values())
    assert cast.streamer.moved_through(escrow_id=acts.escrow_of(funding)) == tickets
