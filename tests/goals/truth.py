"""How long somebody was on stage, worked out in another way than the product does.

The product walks through the marks and pairs them. Here time is cut at every mark, and of
each piece it is asked what the last mark before it says.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from goals.stage import Mark


def time_on_stage(
    marks: Sequence[Mark], *, start: datetime, now: datetime, opens_until: datetime | None = None
) -> timedelta:
    """Return the time on stage between `start` and `now`, as marks at distinct moments tell."""
    cuts = sorted({start, now} | {m.at for m in marks if start < m.at < now})
    pieces = pairwise(cuts)
    return sum((b - a for a, b in pieces if _is_on(marks, a, opens_until)), timedelta())


def seconds_on_stage(marks: Sequence[Mark], **bounds: datetime | None) -> int:
    """Return the same in whole seconds."""
    return time_on_stage(marks, **bounds) // timedelta(seconds=1)


def _is_on(marks: Sequence[Mark], at: datetime, opens_until: datetime | None) -> bool:
    too_late = [m for m in marks if m.joined and opens_until and m.at > opens_until]
    told = [m for m in marks if m.at <= at and m not in too_late]
    return bool(told) and max(told, key=lambda m: m.at).joined
