"""What races share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from goals import receivers
from livestream import clock
from livestream.events import publishing, registry
from livestream.events.signals import DomainSignal, Event
from livestream.storage import conflicts

_acting_receivers = registry.acting_receivers


@pytest.fixture
def moving(monkeypatch: pytest.MonkeyPatch) -> Iterator[clock.MovableClock]:
    """A clock that stands still, and a database whose deadlocks no second try makes good.

    Clients and analytics are not told: for hundreds of goals that would take most of the time.
    """
    monkeypatch.setattr(conflicts, "TRIES", 1)
    for module in (publishing, registry):
        monkeypatch.setattr(module, "acting_receivers", _who_moves_money)
    with clock.frozen() as moving:
        yield moving


def _who_moves_money(signal: DomainSignal, event: Event) -> list[registry.Receiver]:
    acting = [r for r in _acting_receivers(signal, event) if r.function.__module__ == receivers.__name__]
    return [r for r in acting if r.effect and r.function is not receivers.track_goals]
