"""The registry of scenarios: a module of `scenarios` declares each with `@scenario`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from livestream.demo.cast import Cast

Plot = Callable[[Cast], None]


@dataclass(frozen=True, slots=True)
class Scenario:
    """A story that can be played: `name` is what the command line calls it."""

    name: str
    title: str
    play: Plot


SCENARIOS: dict[str, Scenario] = {}


def scenario(*, name: str, title: str) -> Callable[[Plot], Plot]:
    """Declare a scenario; they are played in the order of declaration."""

    def declare(plot: Plot) -> Plot:
        SCENARIOS[name] = Scenario(name, title, plot)
        return plot

    return declare
