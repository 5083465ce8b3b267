"""Finding one's way in a log of any size."""

from __future__ import annotations

from datetime import datetime, timedelta

from livestream.models import EventRecord
from livestream.storage.paging import last_before

# A transaction that was open for long has its place later than its moment: never by that much.
_SLACK = timedelta(hours=1)


def position_before(*, at: datetime) -> int:
    """Return a position up to which everything happened before `at`, 0 where that is nothing.

    What has a lower place than an event was written before it, and so happened no more than
    the slack after it.
    """
    last = last_before(model=EventRecord, field="occurred_at", at=at - _SLACK)
    return last.first() or 0
