"""The progress of a command: a bar on a terminal, a plain line every five seconds elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol, TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

_LINE_INTERVAL_SECONDS = 5.0


class Shown(Protocol):
    """Receives a call for each item that is done; `position` is where a later run can resume."""

    def advance(self, *, position: str) -> None: ...


@contextmanager
def shown(*, what: str, total: int, out: TextIO) -> Iterator[Shown]:
    """Show on `out` how many of `total` items are done; `what` names the work."""
    if not out.isatty():
        yield _Lines(what, total, out)
        return
    console = Console(file=out, force_terminal=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, TextColumn("{task.fields[position]}"), console=console) as bar:
        yield _Bar(bar, what, total)


class _Bar:
    def __init__(self, bar: Progress, what: str, total: int) -> None:
        self._bar, self._task = bar, bar.add_task(what, total=total, position="")

    def advance(self, *, position: str) -> None:
        self._bar.update(self._task, advance=1, position=position)


class _Lines:
    def __init__(self, what: str, total: int, out: TextIO) -> None:
        self._what, self._total, self._out, self._done = what, total, out, 0
        self._next = time.monotonic() + _LINE_INTERVAL_SECONDS

    def advance(self, *, position: str) -> None:
        self._done += 1
        if time.monotonic() >= self._next:
            at = f", at {position}" if position else ""
            self._out.write(f"{self._what}: {self._done:,} of {self._total:,}{at}\n")
            self._out.flush()
            self._next = time.monotonic() + _LINE_INTERVAL_SECONDS
