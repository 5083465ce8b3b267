"""`make check` really holds the house to its contracts, so nobody has to remember them."""

from __future__ import annotations

import shutil
import subprocess
import tomllib

import pytest

from tests.architecture.source import ROOMS, ROOT

PROMISED = {"floors", "roof", "layers", "kernel", "domain-without-web", "pusher"}


@pytest.fixture(scope="module")
def contracts():
    configuration = tomllib.loads((ROOT / "pyproject.toml").read_text())
    return configuration["tool"]["importlinter"]


def test_each_promise_of_the_architecture_is_a_contract(contracts):
    assert {each["id"] for each in contracts["contracts"]} >= PROMISED


def test_the_floors_are_in_their_order_and_leave_out_no_room(contracts):
    [floors] = [each for each in contracts["contracts"] if each["id"] == "floors"]
    assert floors["layers"] == ["notifications", "goals", "sessions_app", "wallet", "livestream"]
    assert set(contracts["root_packages"]) == set(ROOMS) - {"settings"} == set(floors["layers"])


def test_no_exception_to_the_floors_but_the_roof(contracts):
    [floors] = [each for each in contracts["contracts"] if each["id"] == "floors"]
    roof = {"livestream.urls", "livestream.wsgi", "livestream.asgi"}
    assert {each.split(" -> ")[0] for each in floors["ignore_imports"]} == roof


@pytest.mark.skipif(not shutil.which("make"), reason="needs make")
@pytest.mark.parametrize(
    "part", ["ruff check", "ruff format --check", "mypy", "lint_imports_command", "makemigrations --check", "--check"]
)
def test_make_check_runs_every_check(part):
    command = ["make", "--no-print-directory", "--dry-run", "check"]
    plan = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert part in plan.stdout
