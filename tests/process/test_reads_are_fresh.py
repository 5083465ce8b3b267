"""What two web processes answer, one with a cache and one without, while people change what they show.

Acts are random and go to either process. After each one the process with the cache is asked with the ETags that it
gave before, and must answer what the process without a cache reads. `READ_ROUNDS` is how many acts.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests

from livestream.demo import acts
from livestream.demo.cast import Cast
from livestream.demo.people import Person
from tests.process.databases import Postgres
from tests.process.fixtures import people_of
from tests.process.fleet import Fleet
from tests.process.shows import open_sale, open_session
from tests.support.rounds import rounds
from tests.support.waiting import until

pytestmark = [pytest.mark.slow, pytest.mark.postgres]

ROUNDS = int(os.environ.get("READ_ROUNDS") or rounds(25))
CACHED, UNCACHED = "web-1", "web-2"
# These change every second.
_OF_THE_MOMENT = {"server_time", "remaining"}
OF_A_SALE = {
    "context": {"ticket_product_id": acts.TICKET, "ticket_product_type": acts.SHOW},
    "terms": {"duration": 60},
}
Json = Any


@pytest.fixture(scope="module")
def running(fleet: Fleet) -> Fleet:
    fleet.start(CACHED, "relay-1", "worker-1")
    fleet.start(UNCACHED, CACHE_URL="dummy://")
    return fleet


@pytest.fixture(scope="module")
def people(running: Fleet) -> Iterator[Cast]:
    with people_of(running.house) as cast:
        yield cast


@dataclass
class Reader:
    """Reads as one person from both processes, and remembers what the one with the cache has answered."""

    fleet: Fleet
    person: Person
    known: dict[str, tuple[str, Json]] = field(default_factory=dict)
    not_modified: int = 0

    def with_cache(self, path: str) -> Json:
        """Ask with the last ETag. An answer without a body says that the last one still holds."""
        etag, body = self.known.get(path, ("", None))
        answer = self._ask(CACHED, path, {"If-None-Match": etag} if etag else {})
        if answer.status_code == 304:
            self.not_modified += 1
            return body
        assert answer.status_code == 200, answer.text
        self.known[path] = (answer.headers["ETag"], answer.json())
        return answer.json()

    def without_cache(self, path: str) -> Json:
        answer = self._ask(UNCACHED, path, {})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def agrees(self, path: str) -> bool:
        """Return whether both processes say the same; the truth may change between two requests."""
        while True:
            before, read, after = self.without_cache(path), self.with_cache(path), self.without_cache(path)
            if _still(before) == _still(after):
                return bool(_still(read) == _still(before))

    def _ask(self, process: str, path: str, headers: dict[str, str]) -> requests.Response:
        own = self.person.headers() | headers
        return requests.get(self.fleet.address(process) + path, headers=own, timeout=60)


def _still(document: Json) -> Json:
    if isinstance(document, dict):
        return {name: _still(value) for name, value in document.items() if name not in _OF_THE_MOMENT}
    return [_still(each) for each in document] if isinstance(document, list) else document


class Acts:
    """What people do, drawn by chance. A refusal is an answer, too."""

    def __init__(self, fleet: Fleet, people: Cast, seed: int) -> None:
        self.fleet, self.people, self.chance = fleet, people, random.Random(seed)  # noqa: S311 - it draws no secret
        self.session = open_session(people)
        self.goals = [open_sale(people, seconds=600)["id"]]

    def act(self) -> str:
        """Do something, and return what it was."""
        of_viewers = [self.buy, self.buy, self.give_back, self.invite]
        of_streamers = [self.change, self.sell, self.end, self.answer, self.sing, self.block, self.open_another]
        done: Callable[[], object] = self.chance.choice([*of_viewers, *of_streamers, self.rename])
        done()
        return done.__name__

    def buy(self) -> None:
        self._call(self._viewer(), "POST", f"/goals/{self._goal()}/contributions", {"quantity": 1})

    def give_back(self) -> None:
        viewer = self._viewer()
        paid = viewer.get("/wallet/payments")["results"]
        for payment in paid[:1]:
            ticket = f"/goals/{payment['goal']['id']}/contributions/{payment['transfer_id']}"
            self._call(viewer, "DELETE", ticket)

    def change(self) -> None:
        changes = {"title": acts.new_key(), "prices": {"sd": self.chance.randint(1, 9), "exclusive": 6}}
        self._call(self.people.streamer, "PATCH", f"/sessions/{self.session['id']}", changes)

    def sell(self) -> None:
        self._create("funding", levels=[{"title": "Once more", "target": 400}], exp=_soon(), **OF_A_SALE)

    def end(self) -> None:
        self._call(self.people.streamer, "DELETE", f"/goals/{self._goal()}")

    def invite(self) -> None:
        kind = self.chance.choice(["trigger_private", "trigger_exclusive"])
        body = {"exp": _soon(), "duration": 60}
        self._keep(self._call(self._viewer(), "POST", f"/sessions/{self.session['id']}/{kind}", body))

    def answer(self) -> None:
        agree = self.chance.choice([True, False])
        self._call(self.people.streamer, "DELETE", f"/goals/{self._goal()}", {"agree": agree})

    def sing(self) -> None:
        self._create("karaoke", levels=[{"title": "A song", "target": 60}])

    def block(self) -> None:
        method = self.chance.choice(["PUT", "DELETE", "DELETE"])
        self._call(self.people.streamer, method, f"/users/me/blocks/{self._viewer().id}")

    def rename(self) -> None:
        """Give the streamer another name, as support does in the admin, and the old one back at the next draw."""
        name = self.chance.choice(["streamer", "another-name"])
        _change(self.fleet, self.people.streamer, f"username = '{name}'")

    def open_another(self) -> None:
        self._call(self.people.streamer, "DELETE", f"/sessions/{self.session['id']}")
        self.session = open_session(self.people)
        self.goals.append(open_sale(self.people, seconds=600)["id"])

    def paths(self) -> list[str]:
        """Return what a crowd reads."""
        goals = [f"/goals/{goal_id}" for goal_id in self.goals[-3:]]
        return [*goals, f"/sessions/{self.session['id']}", "/feed"]

    def _goal(self) -> str:
        return self.chance.choice(self.goals[-3:])

    def _viewer(self) -> Person:
        return self.chance.choice(self.people.viewers[:2])

    def _call(self, person: Person, method: str, path: str, body: Json = None) -> requests.Response:
        process = self.chance.choice([CACHED, UNCACHED])
        return requests.request(
            method, self.fleet.address(process) + path, json=body, headers=person.headers(), timeout=60
        )

    def _create(self, goal_type: str, **body: Json) -> None:
        body["session_id"] = self.session["id"]
        self._keep(self._call(self.people.streamer, "POST", f"/goals?type={goal_type}", body))

    def _keep(self, answer: requests.Response) -> None:
        if answer.status_code == 201:
            self.goals.append(answer.json()["id"])
        else:  # 202 where the viewer adds time to an invitation of their own
            assert answer.status_code in (202, 403, 409, 422), answer.text


def _change(fleet: Fleet, person: Person, change: str) -> None:
    """Change a user's row, past the service."""
    database = fleet.house.database
    assert isinstance(database, Postgres)
    database.change(f"UPDATE livestream_user SET {change} WHERE id = '{person.id}'")  # noqa: S608 - ours


def _soon() -> int:
    return int(time.time()) + 600


def test_a_cache_never_answers_what_was_true_before(running: Fleet, people: Cast) -> None:
    seed = time.time_ns()
    played = Acts(running, people, seed)
    readers = [Reader(running, each) for each in (people.streamer, *people.viewers[:2], people.support)]
    for _ in range(ROUNDS):
        what = played.act()
        for path in played.paths():
            for reader in readers:
                assert reader.agrees(path), (seed, what, reader.person.name, path)
    assert sum(reader.not_modified for reader in readers) > ROUNDS  # otherwise the cache was not used


def test_a_snapshot_is_right_once_what_was_paid_is_counted(running: Fleet, people: Cast) -> None:
    played = Acts(running, people, time.time_ns())
    reader = Reader(running, people.viewers[3])  # whom nobody blocks
    path = f"/notify/channels/presence-stream@{people.streamer.id}"
    for _ in range(5):
        played.act()
        until(lambda: reader.agrees(path), what="the snapshot of the cache to be right", seconds=10)


def test_an_ended_sign_in_is_refused_within_a_second_by_every_process(running: Fleet, people: Cast) -> None:
    viewer = people.viewers[4]
    asked = {
        name: Reader(running, viewer)._ask(name, "/wallet", {}).status_code  # both remember the token now
        for name in (CACHED, UNCACHED)
    }
    assert set(asked.values()) == {200}
    _change(running, viewer, "is_active = false")
    for name in (CACHED, UNCACHED):
        until(
            lambda name=name: Reader(running, viewer)._ask(name, "/wallet", {}).status_code == 401,
            what="the closed account to be refused",
            seconds=1.5,
            every=0.1,
        )
