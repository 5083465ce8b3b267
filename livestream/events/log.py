"""Finding one's way in a log of any size."""

from __future__ import annotations

from datetime import datetime, timedelta

from livestream.models import EventRecord

# A transaction that was open for long has its place later than its moment: never by that much.
_SLACK = timedelta(hours=1)


def position_before(*, at: datetime) -> int:
    """Return a position up to which everything happened before `at`.

    The log has no index over time, and needs none: places and moments grow together, so this
    halves the log until it is there, some thirty look-ups for a thousand million events.
    """
    low, high = 0, EventRecord.objects.order_by("-position").values_list("position", flat=True).first() or 0
    while low < high:
        middle = (low + high) // 2
        record = EventRecord.objects.filter(position__gt=middle).order_by("position").first()
        if record is None or record.occurred_at >= at - _SLACK:
            high = middle
        else:
            low = record.position
    return low
