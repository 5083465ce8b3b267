"""`make check` really holds the house to its contracts, so nobody has to remember them."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib

import pytest

from tests.architecture.source import ROOMS, ROOT

PROMISED = {
    "floors",
    "roof",
    "layers",
    "ground",
    "circles",
    "domain-without-web",
    "pusher",
    "byteplus",
    "realtime-server",
}
APPS = {"notifications", "goals", "sessions_app", "wallet"}


@pytest.fixture(scope="module")
def contracts():
    configuration = tomllib.loads((ROOT / "pyproject.toml").read_text())
    return configuration["tool"]["importlinter"]


def contract(contracts, wanted):
    [found] = [each for each in contracts["contracts"] if each["id"] == wanted]
    return found


def test_each_promise_of_the_architecture_is_a_contract(contracts):
    assert {each["id"] for each in contracts["contracts"]} == PROMISED


def test_the_floors_are_in_their_order_and_leave_out_no_app(contracts):
    assert contract(contracts, "floors")["layers"] == ["notifications", "goals", "sessions_app | wallet", "livestream"]
    assert set(contracts["root_packages"]) == set(ROOMS) - {"settings"} == {*APPS, "livestream"}


def test_every_module_has_a_layer(contracts):
    assert set(contract(contracts, "layers")["containers"]) == APPS
    assert contract(contracts, "ground")["containers"] == ["livestream"]
    assert all(contract(contracts, each)["exhaustive"] for each in ("layers", "ground"))
    assert not any("exhaustive_ignores" in each for each in contracts["contracts"])


def test_no_import_is_ignored(contracts):
    assert not any("ignore_imports" in each for each in contracts["contracts"])


@pytest.mark.parametrize(
    ("path", "line", "broken"),
    [
        ("goals/novelty.py", "", "Inside an app"),
        ("livestream/novelty.py", "", "On the ground floor"),
        ("wallet/selectors.py", "from sessions_app import rules", "Imports go down the floors only"),
        ("livestream/clock.py", "from wallet import errors", "Imports go down the floors only"),
        ("goals/selectors.py", "from goals.services import lifecycle", "Inside an app"),
        ("livestream/outbox/registry.py", "from livestream.outbox import storing", "No circle of imports"),
        ("goals/rules.py", "import byteplus_sdk", "Only the RTC provider"),
        ("goals/rules.py", "import pusher", "Only notifications know Pusher"),
        ("livestream/realtime_server/rest.py", "import django", "The local realtime server knows"),
        ("goals/services/lifecycle.py", "import rest_framework", "know no web framework"),
    ],
)
def test_a_breach_is_found(tmp_path, path, line, broken):
    for name in (*APPS, "livestream"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("*.html", "static", "__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    with (tmp_path / path).open("a") as module:
        module.write(f"\n{line}\n")
    command = [sys.executable, "-c", LINT, "--no-logo", "--no-cache"]
    found = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert found.returncode == 1, found.stdout + found.stderr
    assert [name for name in verdicts(found.stdout, "BROKEN") if name.startswith(broken) or name.endswith(broken)]


LINT = "from importlinter.cli import lint_imports_command; lint_imports_command()"


def verdicts(output, verdict):
    lines = [line.strip() for line in output.splitlines()]
    return [line.removesuffix(verdict).strip() for line in lines if line.endswith(verdict)]


@pytest.mark.skipif(not shutil.which("make"), reason="needs make")
@pytest.mark.parametrize(
    "part", ["ruff check", "ruff format --check", "mypy", "lint_imports_command", "makemigrations --check", "--check"]
)
def test_make_check_runs_every_check(part):
    command = ["make", "--no-print-directory", "--dry-run", "check"]
    plan = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert part in plan.stdout
