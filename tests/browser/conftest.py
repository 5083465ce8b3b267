"""One Chromium for all tests here; a page may neither complain nor call another machine."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.browser.chromium import Browser, chromium, missing
from tests.browser.console import Pane
from tests.process.fixtures import copy_of
from tests.process.house import House

# `required` where it must be there (one step of CI), `off` where another step has it.
MODE = os.environ.get("BROWSER_TESTS", "")


@pytest.fixture(scope="session")
def _chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    if MODE == "off":
        pytest.skip("BROWSER_TESTS=off: another run has them")
    if absent := missing():
        pytest.fail(absent) if MODE == "required" else pytest.skip(absent)
    with chromium(tmp_path_factory.mktemp("chromium")) as browser:
        yield browser


@pytest.fixture
def browser(_chromium: Browser, live_server, request: pytest.FixtureRequest) -> Iterator[Browser]:
    """A browser whose pages loaded without a complaint, and from this service alone."""
    _chromium.begin(request.node.name)
    failed_before = request.session.testsfailed
    yield _chromium
    if request.session.testsfailed > failed_before:
        _chromium.keep_screenshot("failed")
    assert _chromium.complaints() == []
    assert _chromium.foreign_hosts(live_server.url) == set()


@pytest.fixture(scope="module")
def console_house(prepared: House, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The service with its realtime server, for all stories of the console; afterwards its ledger is proven."""
    with copy_of(prepared, tmp_path_factory.mktemp("console"), channels=True) as house:
        house.start()
        yield house
        proof = house.manage("verify_ledger")
        assert proof.returncode == 0, proof.stdout + proof.stderr


@pytest.fixture
def console(_chromium: Browser, console_house: House, request: pytest.FixtureRequest) -> Iterator[Browser]:
    """A browser at the console, which stays one page from the first press to the last."""
    _chromium.begin(request.node.name)
    _chromium.go(f"{console_house.address}/console/texts.js")  # of the same origin, and without a pane
    _chromium.driver.execute_script("sessionStorage.clear()")
    _chromium.go(f"{console_house.address}/?lang=en")
    _chromium.driver.execute_script("window.isTheSamePage = true")
    failed_before = request.session.testsfailed
    yield _chromium
    if request.session.testsfailed > failed_before:
        _chromium.keep_screenshot("failed")
    assert _chromium.driver.execute_script("return window.isTheSamePage"), "the page was loaded again"


@pytest.fixture
def panes(console: Browser) -> tuple[Pane, Pane]:
    """The two panes of the page, in which nobody is signed in yet."""
    return Pane(console, "streamer"), Pane(console, "viewer")
