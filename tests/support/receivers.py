"""Receivers for tests that play the same flow hundreds of times: only those that move money."""

from __future__ import annotations

import pytest

from goals import receivers
from livestream.events import publishing, registry
from livestream.events.signals import DomainSignal, Event

_acting_receivers = registry.acting_receivers


def only_money(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the receivers of clients, analytics and feeds, which would take most of the time."""
    for module in (publishing, registry):
        monkeypatch.setattr(module, "acting_receivers", _acting_on_money)


def _acting_on_money(signal: DomainSignal, event: Event) -> list[registry.Receiver]:
    acting = [r for r in _acting_receivers(signal, event) if r.function.__module__ == receivers.__name__]
    return [r for r in acting if r.effect and r.function is not receivers.track_goals]
