"""What `.ci/run` plays in each of its steps."""

from __future__ import annotations

import re

from tests.architecture.source import ROOT

RUN = (ROOT / ".ci/run").read_text()
PATH = re.compile(r"tests[\w/.]*")
WITH_A_BROKER = re.compile(r"\bworker\b[,):]|tests\.support\.broker|tests\.process")
MODULES = {str(path.relative_to(ROOT)): path.read_text() for path in (ROOT / "tests").rglob("test_*.py")}
del MODULES["tests/architecture/test_ci.py"]


def listed(name):
    """Return the paths of a list of `.ci/run`."""
    [paths] = re.findall(rf'^{name}="(.*?)"', RUN, flags=re.DOTALL | re.MULTILINE)
    return tuple(paths.split())


def steps():
    """Return for each step of tests which paths it plays, and which of them it ignores."""
    for arguments in re.findall(r'ARGS="(.*)"$', RUN, flags=re.MULTILINE):
        expanded = re.sub(r"\$([A-Z_]+)", lambda name: " ".join(listed(name[1])), arguments)
        played, _, ignored = expanded.partition("$(ignoring ")
        yield tuple(PATH.findall(played)) or ("tests/",), tuple(PATH.findall(ignored))


def test_each_listed_path_exists():
    paths = [path for step in steps() for part in step for path in part]
    assert len(paths) > 20
    assert all((ROOT / path).exists() for path in paths)


def is_played(name):
    """Return whether a step that has what this module needs plays it."""
    sqlite, *postgresql = steps()
    fit = postgresql if "mark.postgres" in MODULES[name] else [sqlite, *postgresql]
    return any(name.startswith(played) and not name.startswith(ignored) for played, ignored in fit)


def test_each_module_is_played_in_a_step_that_has_what_it_needs():
    assert [name for name in MODULES if not is_played(name)] == []


def test_each_module_that_uses_a_broker_is_in_the_redis_step_and_not_only_on_sqlite():
    working = {name for name, text in MODULES.items() if WITH_A_BROKER.search(text)}
    assert working
    elsewhere = ("tests/races", "tests/browser", *listed("ON_REDIS"))
    assert {name for name in working if not name.startswith(elsewhere)} == set()
    assert working.isdisjoint(listed("SQLITE_ONLY"))


def test_all_rounds_are_played_whatever_the_caller_exported():
    assert re.search(r"^export TEST_ROUNDS=full$", RUN, flags=re.MULTILINE)
    unset = " ".join(re.findall(r"^unset (.*)$", RUN, flags=re.MULTILINE)).split()
    assert {"RACE_ROUNDS", "READ_ROUNDS", "WHOLE_LIFE", "CRASH_EVERY", "RTC_EVENINGS"} <= set(unset)
