"""One stage at a time: a second in which something paid is performed counts for nothing else (spec section 5)."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from goals import stage
from goals.models import Goal, PerformanceInterval
from goals.types import PERFORMED, Settlement, types_settled_by

_UNPAID = PERFORMED & types_settled_by(Settlement.NONE)
_PAID = PERFORMED - _UNPAID


def of_streamer(*, goal: Goal, since: datetime) -> list[stage.Interval]:
    """Return when a goal's streamer has performed something that is paid for, since a moment."""
    running = Q(goal__ended_at=None) | Q(goal__ended_at__gt=since)
    rows = PerformanceInterval.objects.filter(running, goal__streamer_id=goal.streamer_id, goal__type__in=_PAID)
    found = rows.exclude(closed_at__lte=since).order_by("opened_at", "id")
    return [stage.Interval(each.opened_at, each.opened_by, each.closed_at, each.closed_by) for each in found]


def goals_that_give_way(*, to: Goal) -> list[str]:
    """Return the goals whose seconds depend on when this one is performed; none where nobody pays for it."""
    if to.escrow_id is None:
        return []
    unpaid = Goal.objects.filter(streamer_id=to.streamer_id, active=True, type__in=_UNPAID)
    return list(unpaid.order_by("id").values_list("id", flat=True))
