"""Assembling a story: the entries of all sections in time order, with the running balance."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from livestream.story import registry
from livestream.story.subjects import Subject, Window
from livestream.story.timeline import Curve, Entry, Fact, Section


@dataclass(frozen=True, slots=True)
class Row:
    """An entry in its position; `held` is the escrow's balance after it, None where it moved no coins."""

    entry: Entry
    held: int | None


@dataclass(slots=True, kw_only=True)
class Story:
    """A story, ready to be presented.

    `omitted` has a sentence for each list that was cut. A list of payments that was cut
    continues after the transfer `continue_after`, made at `continue_at`.
    """

    subject: Subject
    window: Window
    now: datetime
    headlines: list[str] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    curves: list[Curve] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    omitted: list[str] = field(default_factory=list)
    continue_after: str = ""
    continue_at: datetime | None = None


def assemble(*, subject: Subject, window: Window, now: datetime) -> Story:
    """Build every section, and sort their entries.

    Entries are sorted by time, then by the section's order, then by their own. So the same
    story always reads the same.
    """
    built = [(order, build(subject, window, now)) for order, build in registry.sections()]
    ordered = [(order, entry) for order, section in built for entry in section.entries if window.holds(entry.at)]
    ordered.sort(key=lambda pair: (pair[1].at, pair[0], pair[1].order))
    story = Story(subject=subject, window=window, now=now)
    held_before = sum(section.held_before for _, section in built)
    story.rows = _with_balance([entry for _, entry in ordered], held_before)
    for _, section in built:
        _add(story, section)
    return story


def _with_balance(entries: list[Entry], held: int) -> list[Row]:
    rows = []
    for entry in entries:
        held += entry.amount or 0
        rows.append(Row(entry, None if entry.amount is None else held))
    return rows


def _add(story: Story, section: Section) -> None:
    story.facts += section.facts
    story.curves += section.curves
    if section.headline:
        story.headlines.append(section.headline)
    if section.omitted:
        story.omitted.append(section.omitted)
    if section.continue_after:
        story.continue_after = section.continue_after
        story.continue_at = max(entry.at for entry in section.entries if entry.amount is not None)
