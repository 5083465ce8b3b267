"""django-hordak, a double-entry ledger for Django, in an environment of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench import commands, databases, environment, peer_environment

WAYS = ("hordak", "hordak, in memory", "hordak, checked")
_PROJECT = Path(__file__).parent / "hordak_project.py"


@contextmanager
def installed() -> Iterator[None]:
    """Install hordak, and make a database for it while this lasts."""
    peer_environment.install()
    with databases.temporary_database(url=_url(), migrate=False):
        commands.run(str(peer_environment.PYTHON), str(_PROJECT), "prepare", _url())
        yield


def measure(*, way: str, processes: int, seconds: float) -> dict[str, float]:
    """Return the transfers a second and the CPU ms of each that the project reports."""
    done = commands.run(str(peer_environment.PYTHON), str(_PROJECT), "run", _url(), way, str(processes), str(seconds))
    return dict(json.loads(done))


def _url() -> str:
    return environment.database_url(suffix="_hordak")
