"""One stage at a time: a second in which a paid goal is performed counts for no other goal (spec section 5)."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from goals import stage
from goals.models import Goal, PerformanceInterval
from goals.types import PERFORMED, Settlement, types_settled_by

_UNPAID = PERFORMED & types_settled_by(Settlement.NONE)
_PAID = PERFORMED - _UNPAID


def of_streamer(*, goal: Goal, since: datetime) -> list[stage.Interval]:
    """Return the intervals since `since` in which the goal's streamer performed paid goals."""
    running = Q(goal__ended_at=None) | Q(goal__ended_at__gt=since)
    rows = PerformanceInterval.objects.filter(running, goal__streamer_id=goal.streamer_id, goal__type__in=_PAID)
    found = rows.exclude(closed_at__lte=since).order_by("opened_at", "id")
    return [stage.Interval(each.opened_at, each.opened_by, each.closed_at, each.closed_by) for each in found]


def goals_that_give_way(*, to: Goal) -> list[str]:
    """Return the unpaid goals that lose seconds while this one is performed; none if this one is unpaid."""
    if to.escrow_id is None:
        return []
    unpaid = Goal.objects.filter(streamer_id=to.streamer_id, active=True, type__in=_UNPAID)
    return list(unpaid.order_by("id").values_list("id", flat=True))
