"""The modules of the console, without a browser: `tests/node/console` plays what a page meets only now and then."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.node import FOLDER, play

MODULES = sorted((FOLDER / "console").glob("*.test.mjs"))


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.name.partition(".")[0])
def test_it_holds(module: Path, node_folder: Path) -> None:
    play("--test", str(module.relative_to(node_folder)), seconds=60)
