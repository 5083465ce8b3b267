"""Node and the packages of `tests/node`, for the tests that meet clients written in JavaScript."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent.parent / "node"
# `required` where Node must be there (one step of CI), `off` where another step has these tests.
MODE = os.environ.get("NODE_TESTS", "")


def missing() -> str | None:
    """Return what keeps Node's tests from running, as a sentence; None if nothing does."""
    if shutil.which("node") is None:
        return "Node is not installed"
    if not (FOLDER / "node_modules/.installed").exists():
        return "the packages of tests/node are not installed: run `make node`"
    return None


def bin_command(name: str, *arguments: str) -> Sequence[str]:
    """Return the command that runs an installed package's program, such as `tsc`, in any folder."""
    return (str(FOLDER / "node_modules/.bin" / name), *arguments)


def play(*arguments: str, folder: Path = FOLDER, seconds: float = 120) -> str:
    """Run Node in a folder, and return what it prints; fails where it does."""
    played = subprocess.run(
        ["node", *arguments], cwd=folder, capture_output=True, text=True, timeout=seconds, check=False
    )
    assert played.returncode == 0, played.stdout + played.stderr
    return played.stdout


@pytest.fixture(scope="session")
def node_folder() -> Path:
    """The folder `tests/node`, its packages installed; skips the test where they are not."""
    if MODE == "off":
        pytest.skip("NODE_TESTS=off: another run has them")
    if absent := missing():
        pytest.fail(absent) if MODE == "required" else pytest.skip(absent)
    return FOLDER
