"""Computing performed time from when the streamer enters and leaves. Pure functions (spec section 5)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

# `closed_by` of an interval that ended with its goal: it is not known that the streamer left.
END = "end"
# Prefixes of the sources of marks that do not say exactly when the streamer came or left: they come from an
# answer of the realtime server, from the streamer's absence from their stream, or from an empty stream, which
# the streamer may have left long before the last viewer.
ASKED, GONE, EMPTIED = "asked:", "gone:", "emptied:"


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

    @property
    def left(self) -> bool:
        """Whether the streamer is known to have left; otherwise a late webhook may still say when."""
        return self.closed_at is not None and self.closed_by != END

    def seconds(self, now: datetime) -> timedelta:
        """Return the time performed up to `now`."""
        return (self.closed_at or max(now, self.opened_at)) - self.opened_at

    def within(self, start: datetime, end: datetime) -> timedelta:
        """Return the time performed between two moments."""
        return max(min(self.closed_at or end, end) - max(self.opened_at, start), timedelta())


def intervals(marks: Iterable[Mark], *, start: datetime, opens_until: datetime | None = None) -> list[Interval]:
    """Return the intervals that follow from the marks, in order.

    It takes the marks in any order and any number of times: only their times decide, and among
    those of one moment the order given. Nothing counts before `start`; nothing opens after
    `opens_until`, the end of the session. A webhook that says when the streamer left replaces what
    followed from an answer of the realtime server.
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
        elif not mark.joined and _was_asked(found) and not mark.source.startswith((ASKED, GONE, EMPTIED)):
            found[-1] = Interval(found[-1].opened_at, found[-1].opened_by, at, mark.source)
    return [*found, opened] if opened else found


def _was_asked(found: Sequence[Interval]) -> bool:
    return bool(found) and found[-1].closed_by.startswith(ASKED)


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


def certain(stretches: Sequence[Interval], *, at: datetime) -> int:
    """Return the whole performed seconds that no late webhook can take back.

    An interval without a known leave counts only up to `at`: a late webhook may still say that the
    streamer left after that.
    """
    total = timedelta()
    for each in stretches:
        total += each.within(each.opened_at, each.closed_at if each.left and each.closed_at else at)
    return total // timedelta(seconds=1)


def between(stretches: Sequence[Interval], *, start: datetime, end: datetime) -> int:
    """Return the whole seconds performed between two moments; an open interval lasts until `end`."""
    return sum((each.within(start, end) for each in stretches), timedelta()) // timedelta(seconds=1)


def without(stretches: Iterable[Interval], others: Iterable[Interval]) -> list[Interval]:
    """Return the intervals without the time of the others, in order."""
    left = list(stretches)
    for other in others:
        left = [piece for each in left for piece in _cut(each, other)]
    return left


def _cut(each: Interval, other: Interval) -> Iterator[Interval]:
    """Yield the parts of an interval before and after another one."""
    before = each.closed_at is not None and each.closed_at <= other.opened_at
    after = other.closed_at is not None and other.closed_at <= each.opened_at
    if before or after:
        yield each
        return
    if each.opened_at < other.opened_at:
        yield Interval(each.opened_at, each.opened_by, other.opened_at, other.opened_by)
    if other.closed_at is not None and (each.closed_at is None or other.closed_at < each.closed_at):
        yield Interval(other.closed_at, other.closed_by, each.closed_at, each.closed_by)


def performed(stretches: Sequence[Interval], *, now: datetime | None = None) -> int:
    """Return whole performed seconds; an open interval counts up to `now`, or not at all."""
    total = timedelta()
    for each in stretches:
        if each.closed_at is not None or now is not None:
            total += each.seconds(now or each.opened_at)
    return total // timedelta(seconds=1)
