"""Goals that should be over."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Min
from prometheus_client import Metric

from goals import selectors
from livestream import metrics


@metrics.figures
def goal_figures(now: datetime) -> Iterator[Metric]:
    """Read how long the goal that is most overdue has been going on after its `exp`."""
    first = selectors.overdue_to_end(before=now).aggregate(first=Min("exp"))["first"]
    overdue = metrics.seconds_since(first, now)
    yield metrics.gauge("livestream_goals_overdue_seconds", "How long the most overdue goal goes on.", overdue)
