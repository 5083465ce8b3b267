"""What chapters tell: entries, facts and curves."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from livestream.story.subjects import Thing


class Kind(StrEnum):
    """What an entry is about; the page lets each be hidden."""

    EVENT = "event"
    STAGE = "stage"
    MONEY = "money"
    PUSH = "push"
    TASK = "task"
    WEBHOOK = "webhook"
    AUDIT = "audit"
    SESSION = "session"


class State(StrEnum):
    """How it stands with an entry."""

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
    """One thing that happened, or many alike between `at` and `until`.

    `amount` is what it put into the escrow (taken out where negative), in coins; `order`
    decides among what happened at the same moment. `thing` is where to look it up, `opens`
    the step of time that tells each of many; `who` is the user concerned. `mark` names it in the picture.
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
    thing: Thing | None = None
    who: Thing | None = None
    opens: tuple[datetime, datetime] | None = None
    lines: tuple[Line, ...] = ()
    mark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One line of the summary."""

    label: str
    text: str
    thing: Thing | None = None
    state: State = State.DONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """Something that grows or shrinks over time, in one unit (coins or seconds).

    With `steps` it keeps a value until the next point, else it goes there in a straight line.
    """

    name: str
    unit: str
    points: tuple[tuple[datetime, int], ...]
    target: int | None = None
    steps: bool = False


@dataclass(slots=True, kw_only=True)
class Told:
    """What one chapter tells. `headline` says in a sentence how it stands.

    `held_before` are the coins in the escrow when the window opens; `rest` is what of a long
    list is left out here, in words; `further` opens what comes next of it.
    """

    entries: list[Entry] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    curves: list[Curve] = field(default_factory=list)
    headline: str = ""
    held_before: int = 0
    rest: str = ""
    further: str = ""
