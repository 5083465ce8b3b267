"""Computing performed time from when the streamer enters and leaves. Pure functions (spec section 5)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Mark:
    """The streamer entered (`joined`) or left at `at`, as reported by `source`."""

    at: datetime
    joined: bool
    source: str


@dataclass(frozen=True, slots=True)
class Interval:
    """Time on stage; open where `closed_at` is None."""

    opened_at: datetime
    opened_by: str
    closed_at: datetime | None = None
    closed_by: str = ""

    def seconds(self, now: datetime) -> timedelta:
        """Return the time performed up to `now`."""
        return (self.closed_at or max(now, self.opened_at)) - self.opened_at


def intervals(marks: Iterable[Mark], *, start: datetime, opens_until: datetime | None = None) -> list[Interval]:
    """Return the intervals that follow from the marks, in order.

    It takes the marks in any order and any number of times: only their times decide, and among
    those of one moment the order given. Nothing counts before `start`; nothing opens after
    `opens_until`, the end of the session.
    """
    found: list[Interval] = []
    opened: Interval | None = None
    for mark in sorted(marks, key=lambda m: m.at):
        at = max(mark.at, start)
        if mark.joined and opened is None and not (opens_until and at > opens_until):
            opened = Interval(at, mark.source)
        elif not mark.joined and opened is not None:
            found.append(Interval(opened.opened_at, opened.opened_by, at, mark.source))
            opened = None
    return [*found, opened] if opened else found


def closed(stretches: Sequence[Interval], *, at: datetime, by: str) -> list[Interval]:
    """Return the intervals with the open one closed at `at`, and none reaching past it."""
    ended = []
    for each in stretches:
        if each.opened_at >= at:
            continue
        if each.closed_at is None or each.closed_at > at:
            each = Interval(each.opened_at, each.opened_by, at, by)
        ended.append(each)
    return ended


def reaches(stretches: Sequence[Interval], *, seconds: int) -> datetime:
    """Return when the performance reaches `seconds`, if the open interval, the last, goes on."""
    before = sum((each.seconds(each.opened_at) for each in stretches[:-1]), timedelta())
    return stretches[-1].opened_at + timedelta(seconds=seconds) - before


def performed(stretches: Sequence[Interval], *, now: datetime | None = None) -> int:
    """Return whole performed seconds; an open interval counts up to `now`, or not at all."""
    total = timedelta()
    for each in stretches:
        if each.closed_at is not None or now is not None:
            total += each.seconds(now or each.opened_at)
    return total // timedelta(seconds=1)
