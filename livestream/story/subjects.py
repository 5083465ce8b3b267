"""Whom a story is about, and which stretch of time it tells."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

# How wide the steps may be in which a crowd's payments and pushes are told, in seconds.
_WIDTHS = (1, 2, 5, 10, 30, 60, 300, 900, 3600, 6 * 3600, 24 * 3600, 7 * 24 * 3600, 28 * 24 * 3600)
_MOST_STEPS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """A row with an admin page: `model` as `app_label.modelname`, and what to call it."""

    model: str
    pk: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a story is about: goals that belong together, their escrow and their session.

    `began` is when the first of it came to be, `ended` when all of it was over (None while it
    is not). `things` are the rows that it consists of.
    """

    goal_ids: tuple[str, ...] = ()
    escrow_id: str | None = None
    session_id: str | None = None
    began: datetime | None = None
    ended: datetime | None = None
    things: tuple[Thing, ...] = ()

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids by which messages and pushes are found."""
        return (*self.goal_ids, *((self.escrow_id,) if self.escrow_id else ()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The stretch that is told: from `start` to before `end`, without bounds where None.

    What comes by the thousand is told in steps of `width` seconds. Payments go on
    behind the one of the id `after`, among those made at `start`.
    """

    width: int
    start: datetime | None = None
    end: datetime | None = None
    after: str = ""

    @property
    def is_narrow(self) -> bool:
        """Whether it is one step, which cannot be told in smaller ones."""
        return self.start is not None and self.end is not None and self.end - self.start <= timedelta(seconds=1)

    def holds(self, at: datetime) -> bool:
        """Tell whether this moment is part of it."""
        return (self.start is None or at >= self.start) and (self.end is None or at < self.end)

    def step(self, number: int) -> tuple[datetime, datetime]:
        """Return from when to before when the step of this number lasts."""
        first = datetime.fromtimestamp(number * self.width, tz=UTC)
        return first, first + timedelta(seconds=self.width)


def window_of(
    *,
    subject: Subject,
    now: datetime,
    start: datetime | None = None,
    end: datetime | None = None,
    after: str = "",
) -> Window:
    """Return a window with the narrowest steps of which 60 last for all that it tells."""
    first, last = start or subject.began or now, end or subject.ended or now
    seconds = max((last - first).total_seconds(), 0)
    width = next((each for each in _WIDTHS if each * _MOST_STEPS >= seconds), _WIDTHS[-1])
    return Window(width=width, start=start, end=end, after=after)
