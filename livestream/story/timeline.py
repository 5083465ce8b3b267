"""What a section of the timeline consists of: entries, facts and curves."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from livestream.story.subjects import RowRef


class Kind(StrEnum):
    """What an entry is about; the page has a checkbox for each kind."""

    EVENT = "event"
    STAGE = "stage"
    MONEY = "money"
    PUSH = "push"
    TASK = "task"
    WEBHOOK = "webhook"
    AUDIT = "audit"
    SESSION = "session"


class State(StrEnum):
    """Whether what an entry describes is done, waits, or failed."""

    DONE = "done"
    WAITING = "waiting"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One of the small lines below an entry, such as a receiver that ran."""

    text: str
    state: State = State.DONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that happened at `at`, or many of one sort between `at` and `until`.

    `amount` is what it put into the escrow, in coins; it is negative for coins taken out.
    `order` sorts the entries of a section that have the same time. `about` is the id of the
    goal or escrow that it concerns, `ref` the row with its details, `user` the user concerned.
    `bucket` is the period whose rows are counted here; the page links to it. `mark` labels
    the entry in the chart.
    """

    at: datetime
    kind: Kind
    title: str
    detail: str = ""
    until: datetime | None = None
    amount: int | None = None
    order: tuple[int | str, ...] = ()
    state: State = State.DONE
    about: str = ""
    ref: RowRef | None = None
    user: RowRef | None = None
    bucket: tuple[datetime, datetime] | None = None
    lines: tuple[Line, ...] = ()
    mark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One line of the summary."""

    label: str
    text: str
    ref: RowRef | None = None
    state: State = State.DONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """A quantity over time, in one unit (coins or seconds).

    A `stepped` curve keeps each value until the next point; another one is interpolated.
    """

    name: str
    unit: str
    points: tuple[tuple[datetime, int], ...]
    target: int | None = None
    stepped: bool = False


@dataclass(slots=True, kw_only=True)
class Section:
    """What one section adds to the timeline. `headline` is its sentence in the summary.

    `held_before` is the escrow's balance at the start of the window, in coins. Where a list
    was cut, `omitted` says so in words, and `continue_after` is the id of the last transfer
    that is listed.
    """

    entries: list[Entry] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    curves: list[Curve] = field(default_factory=list)
    headline: str = ""
    held_before: int = 0
    omitted: str = ""
    continue_after: str = ""
