"""Goals that should be over, and escrows that should be settled."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Min
from prometheus_client import Metric

from goals import selectors
from livestream import metrics
from livestream.models import OutboxMessage
from wallet.models import Escrow
from wallet.selectors import unsettled_escrows, waiting_for_account

# The tasks that settle an escrow. Their subject is the escrow's id.
_SETTLING = ("settle_due_escrow", "escrow_out", "escrow_refund", "escrow_split")
_LATE = timedelta(seconds=60)


@metrics.figures
def goal_figures(now: datetime) -> Iterator[Metric]:
    """Read how long the goal that is most overdue has been going on after its `exp`."""
    first = selectors.overdue_to_end(before=now).aggregate(first=Min("exp"))["first"]
    overdue = metrics.seconds_since(first, now)
    yield metrics.gauge("livestream_goals_overdue_seconds", "How long the most overdue goal goes on.", overdue)


@metrics.figures
def late_escrows(now: datetime) -> Iterator[Metric]:
    """Read how many escrows have been due for over a minute.

    An open escrow is late if a task that settles it was stored over a minute ago, a decided escrow if it was
    decided over a minute ago.
    """
    tasks = OutboxMessage.objects.filter(actor__in=_SETTLING, created_at__lt=now - _LATE).order_by()
    undecided = Escrow.objects.filter(state=Escrow.State.OPEN, pk__in=tasks.values("subject")[: metrics.CAP])
    decided = unsettled_escrows(before=now - _LATE).exclude(pk__in=waiting_for_account().values("pk"))
    late = {"open": metrics.capped(undecided), "decided": metrics.capped(decided)}
    yield metrics.gauges("livestream_escrows_late", "Escrows that have been due for over a minute.", "state", late)
