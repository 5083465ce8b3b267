"""The output of a demo: one line for each step."""

from __future__ import annotations

from typing import Any, TextIO

from rich.console import Console
from rich.text import Text

from livestream.demo.errors import DemoFailed

_WHO, _WHAT, _COINS = 10, 50, 8
_ALL_OF_THEM = 20


class Story:
    """Prints who did what, with how many coins, and how far a goal is.

    The output has colours on a terminal. `checks` counts the claims that held.
    """

    def __init__(self, *, out: TextIO, colour: bool | None = None) -> None:
        # Without wrapping: a step is one line, however wide the window is.
        self._console = Console(
            file=out, force_terminal=colour or None, no_color=colour is False, highlight=False, soft_wrap=True
        )
        self.checks = 0

    def chapter(self, title: str) -> None:
        """Begin a new part of the story."""
        self._console.print()
        self._console.print(Text(title, style="bold"))

    def report(self, who: str, what: str, *, coins: int | None = None, goal: dict[str, Any] | None = None) -> None:
        """Print one step: `coins` is the change of the balance of `who`."""
        money = "" if coins is None else f"{coins:+,}" if coins else "0"
        line = Text.assemble(
            (f"  {who:<{_WHO}}", _style_of(who)),
            f"{what:<{_WHAT}}",
            (f"{money:>{_COINS}}  ", "yellow"),
            (progress_of(goal) if goal else "", "cyan"),
        )
        line.rstrip()
        self._console.print(line)

    def aside(self, text: str) -> None:
        """Print a remark that is not a step."""
        self._console.print(Text(f"  … {text}", style="dim"))

    def check(self, claim: str, *, holds: bool) -> None:
        """Print that a claim holds; raises DemoFailed where it does not."""
        if not holds:
            raise DemoFailed(f"This should be true and is not: {claim}")
        self.checks += 1
        self._console.print(Text.assemble(("  ok        ", "green"), claim))


def progress_of(goal: dict[str, Any]) -> str:
    """Return the progress of a goal: a bar, and the numbers with their unit."""
    target = goal["levels"][-1]["target"]
    filled = min(goal["progress"] * _ALL_OF_THEM // target, _ALL_OF_THEM)
    bar = "#" * filled + "." * (_ALL_OF_THEM - filled)
    return f"[{bar}] {goal['progress']:,} of {target:,} {goal['unit']}"


def _style_of(who: str) -> str:
    if who.startswith("viewer"):
        return "blue"
    return {"streamer": "magenta", "support": "green"}.get(who, "dim")
