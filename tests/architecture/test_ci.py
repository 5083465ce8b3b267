"""What `.ci/run` plays in each of its steps."""

from __future__ import annotations

import re

from tests.architecture.source import ROOT

WITH_A_BROKER = re.compile(r"\bworker\b[,):]|tests\.support\.broker|tests\.process")


def listed(name):
    """Return the paths of a list of `.ci/run`."""
    [paths] = re.findall(rf'^{name}="(.*?)"', (ROOT / ".ci/run").read_text(), flags=re.DOTALL | re.MULTILINE)
    return tuple(paths.split())


def test_every_listed_path_exists():
    lists = ("ANY_BROKER", "KILLED", "ANY_DATABASE", "STRICTER", "AT_A_BROKER")
    assert all((ROOT / path).exists() for name in lists for path in listed(name))


def test_whatever_works_with_a_broker_is_played_on_both_or_named_as_the_same_on_each():
    modules = {str(path.relative_to(ROOT)): path.read_text() for path in (ROOT / "tests").rglob("test_*.py")}
    working = {
        name for name, text in modules.items() if WITH_A_BROKER.search(text) and name != "tests/architecture/test_ci.py"
    }
    assert working
    assert {name for name in working if not name.startswith(("tests/races", *listed("AT_A_BROKER")))} == set()
    assert working.isdisjoint(set(listed("ANY_DATABASE")))


def test_what_a_step_leaves_out_another_one_plays():
    left_out = [path for name in ("ANY_BROKER", "KILLED", "ANY_DATABASE", "STRICTER") for path in listed(name)]
    assert len(left_out) == len(set(left_out))
    assert all(path.startswith("tests/process/") for name in ("ANY_BROKER", "KILLED") for path in listed(name))
