"""The broker hangs, refuses, cuts, or loses everything: requests do not wait, and work is done soon after its return.

Each outage takes `OUTAGE_SECONDS`, by default 5. A longer run, with a minute each:

    OUTAGE_SECONDS=60 DATABASE_URL=postgresql://… BROKER_URL=amqp://… pytest tests/process/test_broker_faults.py
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import requests

from livestream.demo import acts
from livestream.demo.cast import Cast
from livestream.demo.server import Body
from tests.process import queues
from tests.process.fixtures import people_of
from tests.process.fleet import Fleet
from tests.process.proxy import Mode, Proxy
from tests.process.shows import contribute, open_sale
from tests.process.stamps import ENDED, PROGRESS, SETTLED
from tests.support.waiting import until

pytestmark = [pytest.mark.slow, pytest.mark.postgres]

OUTAGE_SECONDS = float(os.environ.get("OUTAGE_SECONDS", "5"))
# How long after the broker's return everything is done.
MOST_SECONDS = 5.0
# How much longer a request may take than the slowest one before. One second is promised; the other one is for a
# busy machine.
MORE_SECONDS = 1.0 + 1.0
REQUESTS_BEFORE = 10
LEAST_REQUESTS_MEANWHILE = 5
COINS = 10_000_000
_PORTS = {"amqp": 5672, "amqps": 5671, "redis": 6379, "rediss": 6379}


@pytest.fixture(scope="module")
def proxy() -> Iterator[Proxy]:
    url = urlsplit(os.environ.get("BROKER_URL", ""))
    with Proxy(host=url.hostname or "127.0.0.1", port=url.port or _PORTS.get(url.scheme, 0)) as proxy:
        yield proxy


@pytest.fixture(scope="module")
def running(fleet: Fleet, proxy: Proxy) -> Fleet:
    """One process of each kind, which reach the broker by the proxy."""
    fleet.start("web-1", "relay-1", "worker-1", BROKER_URL=_by(proxy))
    return fleet


def _by(proxy: Proxy) -> str:
    url = urlsplit(os.environ["BROKER_URL"])
    sign_in = url.netloc.rpartition("@")[0]
    return url._replace(netloc=f"{sign_in}@127.0.0.1:{proxy.port}" if sign_in else f"127.0.0.1:{proxy.port}").geturl()


@pytest.fixture(scope="module")
def people(running: Fleet) -> Iterator[Cast]:
    """The demo's people; the first viewer has coins for as many tickets as an outage takes seconds, and many more."""
    with people_of(running.house) as cast:
        body = {"user_id": cast.viewers[0].id, "amount": COINS, "transfer_id": acts.new_key()}
        cast.support.call("POST", "/wallet/deposits", body, key=acts.new_key())
        yield cast


@pytest.mark.parametrize("mode", [Mode.HANGS, Mode.REFUSES, Mode.RESETS], ids=lambda mode: mode.value)
def test_requests_do_not_wait_for_a_broker_and_work_goes_on_with_it(
    running: Fleet, people: Cast, proxy: Proxy, mode: Mode
) -> None:
    lasting_sale, ending_sale = open_sale(people, seconds=600), open_sale(people, seconds=math.ceil(OUTAGE_SECONDS))
    contribute(people.viewers[1], ending_sale, quantity=1, key=acts.new_key())
    before = [_seconds_to_answer(running, people, lasting_sale) for _ in range(REQUESTS_BEFORE)]

    proxy.switch(mode)
    meanwhile = _ask_for_the_time_of_the_outage(running, people, lasting_sale)
    proxy.switch(Mode.FORWARDS)

    _all_is_done_soon(running, lasting_sale, ending_sale, returned_at=running.stamps.now())
    assert len(meanwhile) >= LEAST_REQUESTS_MEANWHILE
    assert max(meanwhile) <= max(before) + MORE_SECONDS
    running.assert_all_is_done()


def test_work_that_a_broker_has_lost_is_handed_over_again(running: Fleet, people: Cast) -> None:
    lasting_sale, ending_sale = open_sale(people, seconds=600), open_sale(people, seconds=math.ceil(OUTAGE_SECONDS))
    contribute(people.viewers[1], ending_sale, quantity=1, key=acts.new_key())
    running.kill("worker-1")
    meanwhile = _ask_for_the_time_of_the_outage(running, people, lasting_sale)

    lost = queues.empty(namespace=running.house.namespace)
    running.start("worker-1", BROKER_URL=os.environ["BROKER_URL"])

    assert lost > 0, "nothing waited, so nothing was shown"
    _all_is_done_soon(running, lasting_sale, ending_sale, returned_at=running.stamps.now())
    assert len(meanwhile) >= LEAST_REQUESTS_MEANWHILE
    running.assert_all_is_done()


def _ask_for_the_time_of_the_outage(fleet: Fleet, cast: Cast, sale: Body) -> list[float]:
    over_at = time.monotonic() + OUTAGE_SECONDS
    answered_in = []
    while time.monotonic() < over_at:
        answered_in.append(_seconds_to_answer(fleet, cast, sale))
    return answered_in


def _seconds_to_answer(fleet: Fleet, cast: Cast, sale: Body) -> float:
    """Buy a ticket and ask for `/healthz`; returns how long the slower answer took."""
    url = f"{fleet.address('web-1')}/goals/{sale['id']}/contributions"
    headers = cast.viewers[0].headers() | {"Idempotency-Key": acts.new_key()}
    bought = requests.post(url, json={"quantity": 1}, headers=headers, timeout=60)
    alive = fleet.ask("web-1", "/healthz")
    assert (bought.status_code, alive.status_code) == (201, 200)
    return max(answer.elapsed.total_seconds() for answer in (bought, alive))


def _all_is_done_soon(fleet: Fleet, lasting_sale: Body, ending_sale: Body, *, returned_at: float) -> None:
    """What was bought is counted, and what ended is settled, a few seconds after the return of the broker."""
    escrow = acts.escrow_of(ending_sale)
    settled_at = until(lambda: fleet.stamps.once(SETTLED, escrow), what="the sale to be settled", every=0.1)
    until(lambda: fleet.stamps.uncounted() == 0, what="all purchases to be counted", every=0.1)
    counted_at = fleet.stamps.times(PROGRESS, lasting_sale["id"])[-1]
    assert max(settled_at, counted_at) <= returned_at + MOST_SECONDS
    ended_at = until(lambda: fleet.stamps.once(ENDED, ending_sale["id"]), what="the sale to end", every=0.1)
    assert ended_at >= ending_sale["exp"]
