"""What a command has done: in sentences for people, in one JSON document for programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

_SHOWN = 20


@dataclass(slots=True)
class Report:
    """Counts of what was done (or would be), and the first of what failed."""

    command: str
    things: str
    applied: bool
    matched: int
    looked_at: int = 0
    done: Counter[str] = field(default_factory=Counter)
    failed: int = 0
    failures: list[dict[str, str]] = field(default_factory=list)
    position: str = ""
    interrupted: bool = False
    resume: str = ""

    def note(self, position: str, done: list[str]) -> None:
        """Note that the thing at `position` was looked at, and what was done about it."""
        self.looked_at += 1
        self.done.update(done)
        self.position = position or self.position

    def note_failure(self, position: str, error: Exception) -> None:
        """Note that the thing at `position` failed; the first twenty are named."""
        self.note(position, [])
        self.failed += 1
        if len(self.failures) < _SHOWN:
            self.failures.append({"position": position, "error": f"{type(error).__name__}: {error}"})

    def as_json(self) -> dict[str, Any]:
        """Return the report as JSON values."""
        names = ("command", "applied", "matched", "looked_at", "failed", "failures", "interrupted", "resume")
        return {name: getattr(self, name) for name in names} | {
            "done": dict(sorted(self.done.items())),
            "position": self.position,
        }

    def lines(self) -> Iterator[str]:
        """Iterate over the report as people read it."""
        yield f"{self.looked_at:,} of {self.matched:,} {self.things} looked at"
        for name, count in sorted(self.done.items()):
            yield f"{count:>9,}  {name}"
        for failure in self.failures:
            yield f"   failed  at {failure['position']}: {failure['error']}"
        if not self.applied:
            yield "This was a dry run, and nothing has changed: add --apply to do it."
