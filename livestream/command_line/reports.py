"""The report of a command: in sentences for people, or as one JSON document for programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

_MAX_FAILURES = 20


@dataclass(slots=True)
class Report:
    """The counts of what was done, or would be in a dry run, and the first failures."""

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
        """Count the item at `position`, and what was done to it."""
        self.looked_at += 1
        self.done.update(done)
        self.position = position or self.position

    def note_failure(self, position: str, error: Exception) -> None:
        """Count the item at `position` as failed; the first twenty errors are kept."""
        self.note(position, [])
        self.failed += 1
        if len(self.failures) < _MAX_FAILURES:
            self.failures.append({"position": position, "error": f"{type(error).__name__}: {error}"})

    def as_json(self) -> dict[str, Any]:
        """Return the report as JSON values."""
        names = ("command", "applied", "matched", "looked_at", "failed", "failures", "interrupted", "resume")
        return {name: getattr(self, name) for name in names} | {
            "done": dict(sorted(self.done.items())),
            "position": self.position,
        }

    def lines(self) -> Iterator[str]:
        """Iterate over the lines of the report."""
        yield f"{self.looked_at:,} of {self.matched:,} {self.things} looked at"
        for name, count in sorted(self.done.items()):
            yield f"{count:>9,}  {name}"
        for failure in self.failures:
            yield f"   failed  at {failure['position']}: {failure['error']}"
        if not self.applied:
            yield "This was a dry run, and nothing has changed: add --apply to do it."
