"""Operators' commands that are typed where no service is: a sentence, and no traceback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.process.databases import make_database
from tests.process.house import House

pytestmark = pytest.mark.slow


@pytest.fixture
def nowhere(tmp_path: Path) -> Iterator[House]:
    """A state folder and a database that nobody prepared."""
    database = make_database(name="nowhere", var=tmp_path)
    yield House(var=tmp_path, database=database)
    database.drop()


@pytest.mark.parametrize("command", [("verify_ledger", "--json"), ("replay_events", "--all")])
def test_a_database_without_tables_is_refused_with_a_sentence(nowhere: House, command: tuple[str, ...]) -> None:
    ended = nowhere.manage(*command)
    assert ended.returncode == 2
    assert "no tables of the service" in ended.stderr
    assert "Traceback" not in ended.stderr
