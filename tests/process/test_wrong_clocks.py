"""Machines whose clocks are off: no decision is early, none is late, and no work is left."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from livestream.demo import acts
from livestream.demo.cast import Cast
from livestream.demo.server import Body
from tests.process.fixtures import people_of
from tests.process.fleet import Fleet
from tests.process.shows import contribute, funded_show, open_sale
from tests.process.stamps import ENDED, SETTLED
from tests.support.waiting import until

pytestmark = [pytest.mark.slow, pytest.mark.postgres]

# How late a decision may be. One second is promised; the other one is for a busy machine.
MOST_SECONDS = 1.0 + 1.0
SHOW_SECONDS = 1
NAMES = ("worker-1", "relay-1", "web-1")
# Seconds. Each machine has each offset once, beside others whose clocks are off by something else.
ROUNDS = [(-300.0, -0.3, 0.3), (-0.3, 0.3, 300.0), (0.3, 300.0, -300.0), (300.0, -300.0, -0.3)]


@pytest.fixture(scope="module")
def running(fleet: Fleet) -> Fleet:
    """One process of each kind, so that everything is done by one whose clock is off."""
    fleet.start(*NAMES)
    return fleet


@pytest.fixture(scope="module")
def people(running: Fleet) -> Iterator[Cast]:
    with people_of(running.house) as cast:
        yield cast


@pytest.fixture(scope="module")
def usual(running: Fleet, people: Cast) -> float:
    """How long a payout takes while all clocks are right: the show, the patience for late webhooks, and the work."""
    return _seconds_to_payout(running, people)


@pytest.mark.parametrize("offsets", ROUNDS, ids=lambda offsets: "/".join(f"{seconds:+g}" for seconds in offsets))
def test_the_clocks_of_machines_decide_nothing(
    running: Fleet, people: Cast, usual: float, offsets: tuple[float, ...]
) -> None:
    running.set_clocks(dict(zip(NAMES, offsets, strict=True)))
    until(lambda: _clocks(running) == offsets, what="the clocks to be set")

    sale = _sale_that_ends_in(3, people)
    assert _seconds_to_payout(running, people) <= usual + MOST_SECONDS
    _sale_ends_on_time(running, sale)

    # The metric is of the last reading, which a web process makes with its next request.
    until(lambda: abs(_skew_of_web(running) - offsets[2]) < 0.2, what="the skew of web to be measured")
    running.assert_all_is_done()


def _clocks(fleet: Fleet) -> tuple[float, ...]:
    return tuple(fleet.clock_of(name) for name in NAMES)


def _sale_that_ends_in(seconds: int, cast: Cast) -> Body:
    sale = open_sale(cast, seconds=seconds)
    contribute(cast.viewers[0], sale, quantity=1, key=acts.new_key())
    return sale


def _sale_ends_on_time(fleet: Fleet, sale: Body) -> None:
    escrow = acts.escrow_of(sale)
    settled_at = until(lambda: fleet.stamps.once(SETTLED, escrow), what="the refund", every=0.1)
    ended_at = until(lambda: fleet.stamps.once(ENDED, sale["id"]), what="its end", every=0.1)
    assert sale["exp"] <= ended_at <= settled_at <= sale["exp"] + MOST_SECONDS


def _seconds_to_payout(fleet: Fleet, cast: Cast) -> float:
    """Play a show, and return how long after the streamer's entry it was paid; it must not end early."""
    funding, show = funded_show(cast, seconds=SHOW_SECONDS, tickets={cast.viewers[1]: 1})
    entered_at = fleet.stamps.now()
    cast.stage.enters(goal_id=show["id"], user_id=cast.streamer.id)
    escrow = acts.escrow_of(funding)
    paid_at = until(lambda: fleet.stamps.once(SETTLED, escrow), what="the payout", every=0.1)
    ended_at = until(lambda: fleet.stamps.once(ENDED, show["id"]), what="its end", every=0.1)
    assert entered_at + SHOW_SECONDS <= ended_at <= paid_at
    return paid_at - entered_at


def _skew_of_web(fleet: Fleet) -> float:
    page = fleet.ask("web-1", "/metrics").text
    found = re.search(r"^livestream_clock_skew_seconds (\S+)$", page, re.MULTILINE)
    assert found, "the metric is missing"
    return float(found[1])
