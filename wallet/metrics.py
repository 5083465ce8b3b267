"""Metrics of escrows: how many are open, unsettled or wait for support, and for how long."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Min
from prometheus_client import Metric

from livestream import metrics
from wallet import selectors
from wallet.models import Escrow

# An escrow is open as long as its goals are: a sale and its show take hours, not days.
_AGES = (
    ("under_1h", timedelta(0), timedelta(hours=1)),
    ("1h_to_6h", timedelta(hours=1), timedelta(hours=6)),
    ("6h_to_1d", timedelta(hours=6), timedelta(days=1)),
    ("over_1d", timedelta(days=1), None),
)


@metrics.figures
def escrow_figures(now: datetime) -> Iterator[Metric]:
    """Read how many escrows are open, by age, and how many were decided and are not settled."""
    ages = {name: _open_between(now, youngest, oldest) for name, youngest, oldest in _AGES}
    yield metrics.gauges("livestream_escrows_open", "Escrows that hold money, by age.", "age", ages)
    waiting = selectors.waiting_for_account()
    unsettled = selectors.unsettled_escrows(before=now).exclude(pk__in=waiting.values("pk"))
    since = metrics.seconds_since(unsettled.aggregate(first=Min("decided_at"))["first"], now)
    yield metrics.gauge("livestream_escrows_unsettled", "Escrows decided, not yet paid.", metrics.capped(unsettled))
    yield metrics.gauge("livestream_escrows_oldest_unsettled_seconds", "How long the oldest has waited.", since)
    of_closed = metrics.capped(waiting)
    yield metrics.gauge("livestream_escrows_of_closed_accounts", "Escrows that wait for support.", of_closed)


def _open_between(now: datetime, youngest: timedelta, oldest: timedelta | None) -> int:
    rows = Escrow.objects.filter(state=Escrow.State.OPEN)
    rows = rows.filter(opened_at__lte=now - youngest) if youngest else rows
    return metrics.capped(rows.filter(opened_at__gt=now - oldest) if oldest else rows)
