"""django-hordak, a double-entry ledger for Django, in an environment of its own."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench import commands, databases, environment

WAYS = ("hordak", "hordak, in memory", "hordak, checked")
_BENCH = Path(__file__).parents[2]
_PROJECT = Path(__file__).parent / "hordak_project.py"
_VENV = _BENCH.parent / ".venv-bench"
_PYTHON = _VENV / "bin" / "python"


@contextmanager
def installed() -> Iterator[None]:
    """Install hordak once, and make a database for it while this lasts."""
    if not _PYTHON.exists():
        print("» Installing django-hordak", file=sys.stderr)
        commands.run(sys.executable, "-m", "uv", "venv", "--quiet", "--python", sys.executable, str(_VENV))
    requirements = str(_BENCH / "requirements.txt")
    commands.run(sys.executable, "-m", "uv", "pip", "install", "--quiet", "--python", str(_PYTHON), "-r", requirements)
    with databases.temporary_database(url=_url(), migrate=False):
        commands.run(str(_PYTHON), str(_PROJECT), "prepare", _url())
        yield


def measure(*, way: str, processes: int, seconds: float) -> dict[str, float]:
    """Return the transfers a second and the CPU ms of each that the project reports."""
    done = commands.run(str(_PYTHON), str(_PROJECT), "run", _url(), way, str(processes), str(seconds))
    return dict(json.loads(done))


def _url() -> str:
    return environment.database_url(suffix="_hordak")
