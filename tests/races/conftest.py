"""What races share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from livestream import clock
from livestream.storage import conflicts
from tests.support.receivers import only_money


@pytest.fixture
def moving(monkeypatch: pytest.MonkeyPatch) -> Iterator[clock.MovableClock]:
    """A clock that stands still, and a database whose deadlocks no second try makes good.

    Clients and analytics are not told: for hundreds of goals that would take most of the time.
    """
    monkeypatch.setattr(conflicts, "TRIES", 1)
    only_money(monkeypatch)
    with clock.frozen() as moving:
        yield moving
