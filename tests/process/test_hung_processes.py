"""A process hangs, as on a paused machine, or is killed: others are hardly late, and all work is done once."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
import requests

from livestream.demo import acts
from livestream.demo.cast import Cast
from livestream.demo.server import Body
from tests.process.fixtures import people_of
from tests.process.fleet import Fleet
from tests.process.shows import contribute, open_sale
from tests.process.stamps import ENDED, PROGRESS, SETTLED
from tests.support.waiting import until

pytestmark = [pytest.mark.slow, pytest.mark.postgres]

# How late others may be: the time limits of a worker (8 seconds), one retry, and the next round of a relay.
MOST_SECONDS = 12.0
# A request that needs nothing of the process that hangs is answered at once: within half a second, on an idle machine.
AT_ONCE_SECONDS = 2.0
# When the work of a killed worker is done: after its lease (3 seconds) and the next round of a relay.
MOST_AFTER_KILL_SECONDS = 5.0


@pytest.fixture(scope="module")
def running(fleet: Fleet) -> Fleet:
    """Two processes of each kind. All requests go to `web-1`, except those that make `web-2` hang."""
    fleet.start("web-1", "web-2", "relay-1", "relay-2", "worker-1", "worker-2")
    return fleet


@pytest.fixture(scope="module")
def people(running: Fleet) -> Iterator[Cast]:
    with people_of(running.house) as cast:
        yield cast


@dataclass(frozen=True)
class Act:
    """Requests that cause the work in which a process hangs."""

    cast: Cast
    fleet: Fleet
    sale: Body
    receipt: Body

    def buy(self) -> None:
        contribute(self.cast.viewers[0], self.sale, quantity=1, key=acts.new_key())

    def call_off(self) -> None:
        self.cast.streamer.call("DELETE", f"/goals/{self.sale['id']}")

    def give_back_where_it_hangs(self) -> requests.Response:
        transfer_id = self.receipt["transfer"]["transfer_id"]
        url = f"{self.fleet.address('web-2')}/goals/{self.sale['id']}/contributions/{transfer_id}"
        return requests.delete(url, headers=self.cast.viewers[0].headers(), timeout=60)


@dataclass(frozen=True)
class Case:
    """Where a process stops: after a statement like `sql`, below the function `within`; `act` brings it there."""

    kind: str
    within: str
    sql: str
    act: Callable[[Act], requests.Response | None]


CASES = [
    Case("worker", "count_contributions", 'UPDATE "goals_goal"', Act.buy),
    Case("worker", "push_goal_progress", 'INSERT INTO "notifications_push"', Act.buy),
    Case("worker", "refund_escrow_chunk", "UPDATE wallet_account SET balance = balance [+]", Act.call_off),
    Case("relay", "contributions_to_count", 'INSERT INTO "livestream_outboxmessage"', Act.buy),
    # A purchase is a single statement, in which web cannot hang; returning a ticket is many.
    Case("web", "give_back", "UPDATE wallet_escrow", Act.give_back_where_it_hangs),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.kind}-{case.within}")
def test_others_are_not_late_for_a_process_that_hangs(running: Fleet, people: Cast, case: Case) -> None:
    sale = open_sale(people, seconds=600)
    receipt = contribute(people.viewers[0], sale, quantity=1, key=acts.new_key())
    until(running.is_done, what="a quiet moment")
    before = people.balances()
    running.order_stop(case.kind, within=case.within, sql=case.sql)
    with ThreadPoolExecutor(1) as elsewhere:
        asked = elsewhere.submit(case.act, Act(people, running, sale, receipt))
        pid = until(lambda: running.stopped(case.kind), what="the process to hang")
        hung_at = running.stamps.now()
        try:
            _others_go_on(running, people)
            _its_own_work_is_done(running, people, sale, case, hung_at)
            assert running.stopped(case.kind) == pid, "it did not hang, so nothing was shown"
        finally:
            os.kill(pid, signal.SIGCONT)
        answer = asked.result(timeout=60)

    assert answer is None or answer.status_code in (200, 503)
    running.assert_all_is_done()
    _all_was_done_once(running, people, sale, before)


HELD = [
    ("count_contributions", 'UPDATE "goals_goal"'),  # in a transaction
    ("send_pushes", 'FROM "notifications_push"'),  # outside of any, where it would call the network
]


@pytest.mark.parametrize(("within", "sql"), HELD, ids=[within for within, _ in HELD])
def test_what_a_killed_worker_held_is_done_by_another_one(running: Fleet, people: Cast, within: str, sql: str) -> None:
    sale = open_sale(people, seconds=600)
    until(running.is_done, what="a quiet moment")
    running.order_stop("worker", within=within, sql=sql)
    contribute(people.viewers[0], sale, quantity=1, key=acts.new_key())
    pid = until(lambda: running.stopped("worker"), what="a worker to hold it")
    killed, killed_at = running.name_of(pid), running.stamps.now()
    running.kill(killed)

    [counted_at] = until(lambda: running.stamps.times(PROGRESS, sale["id"]), what="the purchase to count")
    sent_at = until(lambda: _sent_at(running, before=killed_at), what="the pushes to be sent", every=0.1)

    assert max(counted_at, sent_at) <= killed_at + MOST_AFTER_KILL_SECONDS
    running.start(killed)
    running.assert_all_is_done()


_SENT = """
    SELECT count(sent_at) = count(*), extract(epoch FROM max(sent_at))
    FROM notifications_push WHERE created_at <= to_timestamp({before})
"""


def _sent_at(fleet: Fleet, *, before: float) -> float | None:
    """Return when the last of the pushes that were stored by then was sent; None while one waits."""
    [(all_sent, last)] = fleet.house.database.query(_SENT.format(before=before))
    return float(last) if all_sent else None


def _others_go_on(fleet: Fleet, cast: Cast) -> None:
    """Another sale opens, sells, and ends on time, and requests are answered at once."""
    other = open_sale(cast, seconds=4)
    assert _seconds(lambda: fleet.ask("web-1", "/healthz")) < AT_ONCE_SECONDS
    assert _seconds(lambda: contribute(cast.viewers[1], other, quantity=1, key=acts.new_key())) < AT_ONCE_SECONDS
    escrow = acts.escrow_of(other)
    settled_at = until(lambda: fleet.stamps.once(SETTLED, escrow), what="the other sale to be settled", every=0.1)
    ended_at = until(lambda: fleet.stamps.once(ENDED, other["id"]), what="the other sale to end", every=0.1)
    assert other["exp"] <= ended_at <= settled_at <= other["exp"] + MOST_SECONDS


def _its_own_work_is_done(fleet: Fleet, cast: Cast, sale: Body, case: Case, hung_at: float) -> None:
    """What the process hangs in, or keeps from others, is done while it still hangs."""
    if case.within == "refund_escrow_chunk":
        done_at = until(lambda: fleet.stamps.once(SETTLED, acts.escrow_of(sale)), what="the refund", every=0.1)
    elif case.within == "push_goal_progress":
        done_at = until(lambda: _pushed_at(fleet, sale, progress=2 * acts.TICKET_PRICE), what="the push", every=0.1)
    else:
        if case.within == "give_back":  # another one buys a ticket of this sale
            contribute(cast.viewers[1], sale, quantity=1, key=acts.new_key())
        [done_at, *_] = until(lambda: fleet.stamps.times(PROGRESS, sale["id"])[1:], what="the count", every=0.1)
    assert done_at - hung_at <= MOST_SECONDS


def _all_was_done_once(fleet: Fleet, cast: Cast, sale: Body, before: dict[str, int]) -> None:
    """Whatever was paid for the sale is refunded when it is called off, to the coin."""
    cast.streamer.call("DELETE", f"/goals/{sale['id']}", expected=["goal_not_active"])
    until(lambda: fleet.stamps.once(SETTLED, acts.escrow_of(sale)), what="the sale to be refunded", every=0.1)
    assert len(fleet.stamps.times(ENDED, sale["id"])) == 1
    # It held one ticket before.
    whole = before | {cast.viewers[0].name: before[cast.viewers[0].name] + acts.TICKET_PRICE}
    assert cast.balances() == whole


_PUSHED = """
    SELECT extract(epoch FROM min(created_at)) FROM notifications_push
    WHERE event = 'goal.progress.updated' AND subject = '{goal}' AND (data #>> '{{goal,progress}}')::int = {progress}
"""


def _pushed_at(fleet: Fleet, sale: Body, *, progress: int) -> float | None:
    at = fleet.stamps.one(_PUSHED.format(goal=sale["id"], progress=progress))
    return None if at is None else float(at)


def _seconds(ask: Callable[[], object]) -> float:
    began = time.monotonic()
    ask()
    return time.monotonic() - began
