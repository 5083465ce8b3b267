"""A prepared house for each test: migrated, with the demo users, its server running."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest

from livestream.demo.cast import Cast, assemble
from livestream.demo.server import Server
from livestream.demo.story import Story
from tests.process.databases import make_database
from tests.process.fleet import Fleet
from tests.process.house import House
from tests.support.broker import forget_queues

_numbers = count()


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Prepare one house as `make run` does; the others are copies of it."""
    var = tmp_path_factory.mktemp("prepared")
    database = make_database(name="template", var=var)
    house = House(var=var, database=database)
    house.start("--prepare")
    house.stop()
    yield house
    _forget(house)


@contextmanager
def copy_of(prepared: House, var: Path, *, channels: bool = False) -> Iterator[House]:
    """Copy the prepared house; with `channels` it has a realtime server."""
    database = make_database(name=f"house_{next(_numbers)}", var=var)
    database.copy_from(prepared.database)
    house = House(var=var, database=database, channels=channels)
    try:
        yield house
    finally:
        house.stop()
        _forget(house)


@pytest.fixture
def empty_house(prepared: House, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house whose server is not started yet."""
    with copy_of(prepared, tmp_path_factory.mktemp("a house")) as house:
        yield house


@pytest.fixture(scope="module")
def fleet(prepared: House, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    """A fleet without processes, for all tests of a module: starting them is what takes long.

    After the last test the ledger is proven.
    """
    if "BROKER_URL" not in os.environ:
        pytest.skip("needs a broker that reaches other processes")
    with copy_of(prepared, tmp_path_factory.mktemp("a fleet")) as house:
        fleet = Fleet(house)
        fleet.stamps.prepare()
        try:
            yield fleet
            proof = house.manage("verify_ledger")
            assert proof.returncode == 0, proof.stdout + proof.stderr
        finally:
            fleet.kill_all()


def _forget(house: House) -> None:
    house.database.drop()
    forget_queues(namespace=house.namespace)


@pytest.fixture
def house(empty_house: House) -> House:
    """A house that serves."""
    empty_house.start()
    return empty_house


@pytest.fixture
def house_with_channels(prepared: House, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house that serves, and its local realtime server, as `make run` starts both."""
    with copy_of(prepared, tmp_path_factory.mktemp("a house"), channels=True) as house:
        house.start()
        yield house


@pytest.fixture
def cast(house: House) -> Iterator[Cast]:
    """The demo's people, signed in at the house; they wait while its server is away."""
    with people_of(house) as cast:
        yield cast


@contextmanager
def people_of(house: House) -> Iterator[Cast]:
    """The same for a house of any kind."""
    story = Story(out=io.StringIO())
    server = Server(address=house.address, story=story)
    yield assemble(server=server, story=story, key="local", secret="local-secret")
    server.close()
