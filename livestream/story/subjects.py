"""The subject of a story, and the window of time that is shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

# The widths of the time buckets in which the rows of a crowd are counted, in seconds.
_WIDTHS = (1, 2, 5, 10, 30, 60, 300, 900, 3600, 6 * 3600, 24 * 3600, 7 * 24 * 3600, 28 * 24 * 3600)
_MAX_BUCKETS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class RowRef:
    """A reference to a row with an admin page: `model` is `app_label.modelname`, `name` its link text."""

    model: str
    pk: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a story is about: goals that belong together, their escrow and their session.

    `began` is when the first goal was created. `ended` is when the last one ended, None while
    one is active. `refs` are the rows of the goals and the escrow.
    """

    goal_ids: tuple[str, ...] = ()
    escrow_id: str | None = None
    session_id: str | None = None
    began: datetime | None = None
    ended: datetime | None = None
    refs: tuple[RowRef, ...] = ()

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids by which outbox messages and pushes are found."""
        return (*self.goal_ids, *((self.escrow_id,) if self.escrow_id else ()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The period that is shown: from `start` (inclusive) to `end` (exclusive); None is unbounded.

    The rows of a crowd are counted in buckets of `width` seconds. The list of payments begins
    after the transfer with the id `after`, among those made at `start`.
    """

    width: int
    start: datetime | None = None
    end: datetime | None = None
    after: str = ""

    @property
    def is_narrow(self) -> bool:
        """Whether it lasts no longer than the smallest bucket, and so lists single rows."""
        return self.start is not None and self.end is not None and self.end - self.start <= timedelta(seconds=1)

    def holds(self, at: datetime) -> bool:
        """Return whether this time lies in the window."""
        return (self.start is None or at >= self.start) and (self.end is None or at < self.end)

    def bucket(self, number: int) -> tuple[datetime, datetime]:
        """Return the start (inclusive) and the end (exclusive) of the bucket with this number."""
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
    """Return a window with the narrowest buckets of which 60 cover the whole period."""
    first, last = start or subject.began or now, end or subject.ended or now
    seconds = max((last - first).total_seconds(), 0)
    width = next((each for each in _WIDTHS if each * _MAX_BUCKETS >= seconds), _WIDTHS[-1])
    return Window(width=width, start=start, end=end, after=after)
