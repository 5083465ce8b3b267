"""What `.ci/run` plays on each broker."""

from __future__ import annotations

import re

from tests.architecture.source import ROOT

AT_A_BROKER = re.compile(r"\bworker\b[,):]|tests\.support\.broker|tests\.process")


def test_whatever_works_with_a_broker_is_played_on_both():
    [paths] = re.findall(r'^AT_A_BROKER="(.*?)"', (ROOT / ".ci/run").read_text(), flags=re.DOTALL | re.MULTILINE)
    played = ("tests/races", *paths.split())
    modules = {str(path.relative_to(ROOT)): path.read_text() for path in (ROOT / "tests").rglob("test_*.py")}
    working = {
        name for name, text in modules.items() if AT_A_BROKER.search(text) and name != "tests/architecture/test_ci.py"
    }
    assert working
    assert all((ROOT / path).exists() for path in played)
    assert {name for name in working if not name.startswith(played)} == set()
