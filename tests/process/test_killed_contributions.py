"""The server is killed while tickets are sold: what was answered is kept, nothing counts twice."""

from __future__ import annotations

import threading

import pytest
import requests

from livestream.demo import acts
from livestream.demo.cast import Cast
from livestream.demo.people import Person
from livestream.demo.server import Body
from tests.process.house import House
from tests.process.shows import contribute, open_session
from tests.support.waiting import until

pytestmark = pytest.mark.slow

ENOUGH = 60


class Buyer(threading.Thread):
    """Buys one ticket after the other, each with a key of its own, until the server is gone."""

    def __init__(self, *, house: House, viewer: Person, funding: Body) -> None:
        super().__init__(name=viewer.name)
        self.viewer = viewer
        self.keys: list[str] = []
        self.receipts: dict[str, str] = {}
        self._url = f"{house.address}/goals/{funding['id']}/contributions"

    def run(self) -> None:
        with requests.Session() as session:
            session.headers.update(self.viewer.headers())
            try:
                while self._buy(session):
                    pass
            except requests.RequestException:
                return  # the last key was sent and never answered: it may count or not

    def _buy(self, session: requests.Session) -> bool:
        self.keys.append(acts.new_key())
        headers = {"Idempotency-Key": self.keys[-1]}
        answer = session.post(self._url, json={"quantity": 1}, headers=headers, timeout=30)
        if answer.status_code == 201:
            self.receipts[self.keys[-1]] = answer.json()["transfer"]["transfer_id"]
        return answer.status_code == 201


def test_tickets_that_were_answered_are_kept_once_and_repeats_change_nothing(house: House, cast: Cast) -> None:
    before = cast.balances()
    funding = acts.sell_tickets(cast, session=open_session(cast), title="Rush", target=10**9, seconds=600)
    buyers = [Buyer(house=house, viewer=viewer, funding=funding) for viewer in cast.viewers]
    for buyer in buyers:
        buyer.start()
    until(lambda: sum(len(buyer.receipts) for buyer in buyers) >= ENOUGH, what="enough receipts")

    house.kill()
    for buyer in buyers:
        buyer.join(timeout=60)
    house.start()

    answered = {receipt for buyer in buyers for receipt in buyer.receipts.values()}
    assert answered <= set(_bought(cast, funding))
    first = {buyer.viewer: _repeat(buyer, funding) for buyer in buyers}
    assert all(first[buyer.viewer] | buyer.receipts == first[buyer.viewer] for buyer in buyers)
    _assert_paid_for_each_key(cast, funding, buyers, before)
    assert {buyer.viewer: _repeat(buyer, funding) for buyer in buyers} == first
    _assert_paid_for_each_key(cast, funding, buyers, before)
    assert house.manage("verify_ledger").returncode == 0


def _repeat(buyer: Buyer, funding: Body) -> dict[str, str]:
    receipts = {key: contribute(buyer.viewer, funding, quantity=1, key=key) for key in buyer.keys}
    return {key: receipt["transfer"]["transfer_id"] for key, receipt in receipts.items()}


def _assert_paid_for_each_key(cast: Cast, funding: Body, buyers: list[Buyer], before: dict[str, int]) -> None:
    bought = _bought(cast, funding)
    assert len(bought) == len(set(bought)) == sum(len(buyer.keys) for buyer in buyers)
    for buyer in buyers:
        assert buyer.viewer.balance == before[buyer.viewer.name] - acts.TICKET_PRICE * len(buyer.keys)


def _bought(cast: Cast, funding: Body) -> list[str]:
    """Return the transfers of all purchases, page after page."""
    path = f"/goals/{funding['id']}/contributions"
    page = cast.streamer.get(path, page_size="100")
    rows = page["results"]
    while page["next"]:
        page = cast.streamer.get(path + page["next"])
        rows += page["results"]
    return [row["transfer_id"] for row in rows]
