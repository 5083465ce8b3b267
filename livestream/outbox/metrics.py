"""Metrics of the outbox: how late its tasks are, and how many fail."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Count, Min, Q
from prometheus_client import Counter, Histogram, Metric

from livestream import metrics
from livestream.models import OutboxMessage
from livestream.outbox.registry import task_names

LATENESS = Histogram(
    "livestream_outbox_lateness_seconds",
    "How long after the moment it was wanted at a task was done, by class of urgency.",
    ["urgency"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 3600),
)
FAILURES = Counter("livestream_outbox_failures", "Tries of tasks that failed.", ["actor"])


@metrics.figures
def outbox_figures(now: datetime) -> Iterator[Metric]:
    """Read how many tasks there are by state, among the 10,000 that come first."""
    alive = OutboxMessage.objects.filter(failed_at=None, actor__in=task_names())
    overdue = Q(eta__lte=now)
    found = alive.order_by("due_at")[: metrics.CAP].aggregate(
        waiting=Count("pk", filter=~overdue),
        due=Count("pk", filter=overdue & Q(due_at__lte=now)),
        failing=Count("pk", filter=overdue & Q(due_at__gt=now, attempts__gt=0)),
        running=Count("pk", filter=overdue & Q(due_at__gt=now, attempts=0)),
        oldest=Min("eta", filter=overdue),
    )
    oldest = metrics.seconds_since(found.pop("oldest"), now)
    found["dead"] = metrics.capped(OutboxMessage.objects.filter(failed_at__isnull=False))
    yield metrics.gauges("livestream_outbox_messages", "Tasks that are not done.", "state", found)
    yield metrics.gauge("livestream_outbox_oldest_due_seconds", "How long the oldest due task is overdue.", oldest)
