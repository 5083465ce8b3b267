"""Putting a story together: what all chapters tell, in time order, with the running balance."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from livestream.story import registry
from livestream.story.subjects import Subject, Window
from livestream.story.telling import Curve, Entry, Fact, Told


@dataclass(frozen=True, slots=True)
class Row:
    """An entry in its place; `held` are the coins in escrow after it, where it moved any."""

    entry: Entry
    held: int | None


@dataclass(slots=True, kw_only=True)
class Story:
    """A story as it is shown. `rests` say what long lists leave out, `further` where they go on."""

    subject: Subject
    window: Window
    now: datetime
    headlines: list[str] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    curves: list[Curve] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    rests: list[str] = field(default_factory=list)
    further: str = ""
    further_at: datetime | None = None


def tell(*, subject: Subject, window: Window, now: datetime) -> Story:
    """Have every chapter tell, and put it in one order.

    At the same moment chapters follow one another by their place, and a chapter's entries by
    their own order: the same story is told in the same way each time.
    """
    told = [(place, chapter(subject, window, now)) for place, chapter in registry.chapters()]
    placed = [(place, entry) for place, each in told for entry in each.entries if window.holds(entry.at)]
    placed.sort(key=lambda pair: (pair[1].at, pair[0], pair[1].order))
    story = Story(subject=subject, window=window, now=now)
    story.rows = _with_balance([entry for _, entry in placed], sum(each.held_before for _, each in told))
    for _, each in told:
        _add(story, each)
    return story


def _with_balance(entries: list[Entry], held: int) -> list[Row]:
    rows = []
    for entry in entries:
        held += entry.amount or 0
        rows.append(Row(entry, None if entry.amount is None else held))
    return rows


def _add(story: Story, told: Told) -> None:
    story.facts += told.facts
    story.curves += told.curves
    if told.headline:
        story.headlines.append(told.headline)
    if told.rest:
        story.rests.append(told.rest)
    if told.further:
        story.further = told.further
        story.further_at = max(entry.at for entry in told.entries if entry.amount is not None)
