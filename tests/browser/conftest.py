"""One Chromium for all tests here; a page may neither complain nor call another machine."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.browser.chromium import Browser, chromium, missing

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
