"""Clients that are generated from the document of a running server do what a client does, against that server."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import requests

from tests.clients import generating

pytestmark = pytest.mark.slow

SHOW = ["viewer1 paid 400 coins", "the show is completed after 3 seconds", "the streamer earned 400 coins"]
EVERY_DAY = [
    "live: true",
    "it costs 60 coins",
    "a private show for 60 coins",
    "declined",
    "answered already",
    "0 active",
]


@pytest.fixture
def document(house_with_channels, tmp_path: Path) -> Path:
    """The document as the server gives it to everybody, in the form that generators read fastest."""
    path = tmp_path / "openapi.json"
    path.write_bytes(requests.get(f"{house_with_channels.address}/openapi.json", timeout=60).content)
    return path


def lines_of(house, *command: str, home: Path) -> list[str]:
    done = subprocess.run([*command, house.address], cwd=home, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines()


def test_a_client_in_typescript_does_the_whole_show_with_pusher_js(
    node_folder, house_with_channels, document, tmp_path
):
    home = generating.generate_typescript(document, tmp_path)
    generating.compile_typescript(home, "--noCheck")  # `make clients` checks the types

    assert lines_of(house_with_channels, "node", "show.js", home=home) == SHOW
    said = lines_of(house_with_channels, "node", "natural_use.js", home=home)
    assert [line.partition(", ")[0] for line in said[:6]] == EVERY_DAY
    assert "ended: declined" in said[6]


def test_a_client_in_python_does_the_whole_show(house_with_channels, document, tmp_path):
    home = generating.generate_python(document, tmp_path)

    assert lines_of(house_with_channels, sys.executable, "show.py", home=home) == SHOW
    said = lines_of(house_with_channels, sys.executable, "natural_use.py", home=home)
    assert [line.lower() for line in said[:6]] == EVERY_DAY
    assert "ended: declined" in said[6:]
