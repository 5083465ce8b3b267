"""An event for tests alone, with receivers that are gone afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from livestream.events import publish, receives, registry
from livestream.events.signals import DomainSignal, Event
from livestream.models import EventRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened(Event):
    """Something happened to a goal of this type, in a session."""

    number: int = 0
    type: str | None = None
    goal_id: str | None = None


class Happening:
    """The event `test.happened`: receive it, publish it."""

    def __init__(self) -> None:
        self.signal = DomainSignal("test.happened", Happened)

    def receive(self, function: Callable[[Happened], Any], *, name: str = "receiver", **options: Any) -> None:
        """Declare a receiver called `name`."""

        def receiver(event: Happened) -> None:
            function(event)

        receiver.__name__ = name
        receives(self.signal, **options)(receiver)

    def publish(self, **facts: Any) -> EventRecord:
        """Publish it, in the caller's transaction."""
        return publish(self.signal, Happened(**facts))

    def forget(self) -> None:
        DomainSignal.registry.pop("test.happened")
        for receiver in registry.receivers_of(self.signal):
            del registry._receivers[receiver.key]


@pytest.fixture
def happening() -> Iterator[Happening]:
    made = Happening()
    yield made
    made.forget()
