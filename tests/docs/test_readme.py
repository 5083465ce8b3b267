"""The README: what it promises works, and what works is in it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys

import pytest
from django.urls import resolve
from drf_spectacular.generators import SchemaGenerator

from goals.endings import EndedBecause
from livestream.api import handlers
from livestream.demo import scenarios  # noqa: F401 - importing them declares them
from livestream.demo.registry import SCENARIOS
from livestream.errors import DomainError
from settings.environment import BASE_DIR
from tests.docs import pages
from tests.process.house import House

METHODS = ("get", "post", "put", "patch", "delete")
NOT_IN_THE_SCHEMA = {"GET /healthz", "GET /readyz", "GET /metrics", "GET /schema", "GET /docs"} | {
    "GET /openapi.json",
    "GET /docs/errors",
}


def documented_calls() -> set[str]:
    cells = pages.first_column(path=pages.README, heading="The API at a glance")
    return set(re.findall(r"`((?:GET|POST|PUT|PATCH|DELETE) [^`]+)`", cells))


def test_the_table_of_the_api_is_the_api() -> None:
    paths = SchemaGenerator().get_schema(request=None, public=True)["paths"]
    offered = {f"{method.upper()} {path}" for path in paths for method in METHODS if method in paths[path]}

    assert documented_calls() - NOT_IN_THE_SCHEMA == offered


@pytest.mark.parametrize("call", sorted(NOT_IN_THE_SCHEMA))
def test_addresses_of_operators_are_served(call: str) -> None:
    assert call in documented_calls()
    assert resolve(call.removeprefix("GET ")).func is not handlers.page_not_found


def test_each_target_of_make_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (BASE_DIR / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"(?:`|^)make ([a-z-]+)", pages.README.read_text(), re.MULTILINE))

    assert named >= {"run", "test", "demo", "check"}
    assert named <= targets


def test_the_scenarios_of_the_demo_are_all_named() -> None:
    (row,) = re.findall(r"^\| `make demo` \|(.*)$", pages.README.read_text(), re.MULTILINE)

    assert set(re.findall(r"`([a-z-]+)`", row)) == set(SCENARIOS)


def test_what_protects_a_viewer_is_named_as_the_api_names_it() -> None:
    section = pages.README.read_text().split("\n## What a viewer is protected from\n")[1].split("\n## ")[0]
    named = set(re.findall(r"`([a-z]+(?:_[a-z]+)+|cancelled)`", section)) - {"ended_because", "max_price"}
    codes = {error.code for error in _all_below(DomainError)}

    assert named <= codes | set(EndedBecause)
    assert named >= {"shorter_than_sold", "price_changed", "stage_taken", "escrow_closed", "not_started"}


def _all_below(error: type[DomainError]) -> set[type[DomainError]]:
    return {error}.union(*(_all_below(each) for each in error.__subclasses__()))


def test_every_setting_is_documented_and_read() -> None:
    source = "\n".join(path.read_text() for path in (BASE_DIR / "settings").glob("*.py"))
    read = set(re.findall(r'\benv\.[a-z0-9_]+\(\s*"([A-Z_]+)"', source))
    readme = pages.first_column(path=pages.README, heading="Settings")
    operations = pages.first_column(path=pages.OPERATIONS, heading="Settings")

    assert set(re.findall(r"`([A-Z_]+)`", operations)) == read
    assert set(re.findall(r"`([A-Z_]+)`", readme)) <= read


@pytest.mark.parametrize("path", pages.documents(), ids=lambda path: path.name)
def test_links_lead_somewhere(path) -> None:
    assert [target for target in pages.links(path=path) if not (path.parent / target).exists()] == []


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("curl"), reason="needs curl")
def test_the_show_by_hand_can_be_played_as_it_is_written(house_with_channels: House) -> None:
    house = house_with_channels
    (script,) = pages.blocks(path=pages.README, language="bash")
    for usual, here in {"PORT=8000": f"PORT={house.port}", ".venv/bin/python": sys.executable}.items():
        assert usual in script
        script = script.replace(usual, here)

    played = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=BASE_DIR,
        env=house.environment,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )

    assert played.returncode == 0, played.stdout + played.stderr
    assert '"code"' not in played.stdout, "a call was refused"
    answers = [json.loads(line) for line in played.stdout.splitlines() if line.startswith('{"')]
    [transfers] = [each for each in answers if each.get("results")]
    show, _session = answers[-2:]
    assert (show["state"], show["outcome"], show["progress"]) == ("ended", "completed", 3)
    assert [move["amount"] for move in transfers["results"]] == [400]
