"""Metrics of the outbox: how late its tasks are, and how many fail."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Count, Min, Q
from prometheus_client import Counter, Histogram, Metric

from livestream import metrics
from livestream.models import OutboxMessage
from livestream.outbox import states
from livestream.outbox.registry import task_names
from livestream.outbox.urgency import Urgency

LATENESS = Histogram(
    "livestream_outbox_lateness_seconds",
    "How long after its `eta` a task was done, by class of urgency.",
    ["urgency"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 3600),
)
FAILURES = Counter("livestream_outbox_failures", "Attempts at tasks that failed.", ["actor"])
# The oldest task of a class is looked for among this many that are due first.
_LOOKED_AT = 1_000


@metrics.figures
def outbox_figures(now: datetime) -> Iterator[Metric]:
    """Read how many tasks there are by state, among the 10,000 that come first."""
    alive = OutboxMessage.objects.filter(failed_at=None, actor__in=task_names())
    overdue, idle, failing = Q(eta__lte=now), states.is_idle(now=now), states.is_failing(now=now)
    found = alive.order_by("due_at")[: metrics.CAP].aggregate(
        waiting=Count("pk", filter=~overdue),
        due=Count("pk", filter=overdue & idle & ~failing),
        failing=Count("pk", filter=overdue & failing),
        running=Count("pk", filter=overdue & ~idle),
    )
    found["dead"] = metrics.capped(OutboxMessage.objects.filter(failed_at__isnull=False))
    yield metrics.gauges("livestream_outbox_messages", "Tasks that are not done.", "state", found)


@metrics.figures
def outbox_figures_by_class(now: datetime) -> Iterator[Metric]:
    """Read for each class of urgency how long its oldest due task is overdue."""
    alive = OutboxMessage.objects.filter(failed_at=None, actor__in=task_names())
    oldest = {}
    for urgency in Urgency:
        first = alive.filter(urgency=urgency).order_by("due_at")[:_LOOKED_AT]
        eta = first.aggregate(eta=Min("eta", filter=Q(eta__lte=now)))["eta"]
        oldest[urgency.queue] = metrics.seconds_since(eta, now)
    text = "How long the oldest due task of each class is overdue."
    yield metrics.gauges("livestream_outbox_oldest_due_seconds", text, "urgency", oldest)


@metrics.figures
def dead_tasks(now: datetime) -> Iterator[Metric]:
    """Read how many tasks gave up, by actor, among the first 10,000."""
    dead = OutboxMessage.objects.filter(failed_at__isnull=False)
    counted = OutboxMessage.objects.filter(pk__in=dead.order_by("failed_at").values("pk")[: metrics.CAP])
    by_actor = dict(counted.values_list("actor").annotate(number=Count("pk")).order_by("actor"))
    yield metrics.gauges("livestream_outbox_dead", "Tasks that gave up, by actor.", "actor", by_actor)
