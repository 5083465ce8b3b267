"""A new release beside an old one, which lacks a receiver and an event: nothing is lost, and nothing gives up."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from livestream.demo import acts
from livestream.demo.cast import Cast
from tests.process.fixtures import people_of
from tests.process.fleet import Fleet
from tests.process.shows import contribute, open_session
from tests.process.stamps import Stamps
from tests.support.waiting import until

pytestmark = [pytest.mark.slow, pytest.mark.postgres]

NEW_EVENT, NEW_RECEIVER = "session.changed", "release_blocked_viewer"
OF_NEW_EVENT = {"invalidate_cached_pusher_channel_data", "notify_session_updated"}
FORGOTTEN = f"{NEW_EVENT},user.blocked:{NEW_RECEIVER}"
PUBLISHED = "SELECT position FROM livestream_eventrecord WHERE name = '{}'"
RAN = "SELECT receiver FROM livestream_receiverrun WHERE position IN ({})"
LEFT = "SELECT count(*) FROM livestream_outboxmessage WHERE error LIKE 'This release %'"


@pytest.fixture(scope="module")
def running(fleet: Fleet) -> Fleet:
    """Web and relay of the new release, and a worker of the old one."""
    fleet.start("web-1", "relay-1")
    fleet.start("worker-old", FAULTS_FORGOTTEN=FORGOTTEN)
    return fleet


@pytest.fixture(scope="module")
def people(running: Fleet) -> Iterator[Cast]:
    with people_of(running.house) as cast:
        yield cast


def test_what_the_old_release_lacks_waits_for_the_new_one(running: Fleet, people: Cast) -> None:
    buyer, session = people.viewers[0], open_session(people)
    before = buyer.balance
    sale = acts.sell_tickets(people, session=session, title=acts.new_key(), target=10_000, seconds=600)
    contribute(buyer, sale, quantity=1, key=acts.new_key())

    people.streamer.call("PATCH", f"/sessions/{session['id']}", {"title": "Of the new release"})
    people.streamer.call("PUT", f"/users/me/blocks/{buyer.id}")
    wanted = len(OF_NEW_EVENT) + 1
    until(lambda: _left(running.stamps) == wanted, what="the old release to leave what it lacks")
    assert running.stamps.dead() == []
    assert _ran(running, NEW_EVENT) == []
    assert buyer.balance == before - acts.TICKET_PRICE

    running.start("worker-new")

    until(lambda: sorted(_ran(running, NEW_EVENT)) == sorted(OF_NEW_EVENT), what="the work of the new event")
    until(lambda: buyer.balance == before, what="the refund of the new receiver")
    running.assert_all_is_done()
    assert _ran(running, "user.blocked").count(NEW_RECEIVER) == 1
    assert sorted(_ran(running, NEW_EVENT)) == sorted(OF_NEW_EVENT)


def _ran(fleet: Fleet, event: str) -> list[str]:
    rows = fleet.house.database.query(RAN.format(PUBLISHED.format(event)))
    return [str(receiver) for (receiver,) in rows]


def _left(stamps: Stamps) -> int:
    return int(stamps.one(LEFT))
