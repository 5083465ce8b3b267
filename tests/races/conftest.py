"""Fixtures of races."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from livestream import clock
from livestream.storage import conflicts
from tests.support.receivers import only_money


@pytest.fixture
def moving(monkeypatch: pytest.MonkeyPatch) -> Iterator[clock.MovableClock]:
    """A clock that stands still. A conflict is not retried, so that a deadlock fails the test.

    Only receivers that move money run: for hundreds of goals, the others would take most of the time.
    """
    monkeypatch.setattr(conflicts, "TRIES", 1)
    only_money(monkeypatch)
    with clock.frozen() as moving:
        yield moving
