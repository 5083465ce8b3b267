"""What comes in from Pusher, and what does not go out to it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Min, QuerySet
from prometheus_client import Counter, Metric

from livestream import clock, metrics
from notifications import selectors
from notifications.models import Audience, Push, Webhook

# `refused` counts whole webhooks, all others count events: `stored`, or skipped because they are malformed
# (`unreadable`) or about other channels (`foreign`); then the results of the stored ones.
WEBHOOKS = Counter("livestream_webhooks", "Webhooks, by what became of them.", ["result"])
for _result in ("stored", "refused", "unreadable", "foreign", "published", "ignored", "failed"):
    WEBHOOKS.labels(_result)  # so that each is there, and 0, before the first


@metrics.figures
def push_figures(now: datetime) -> Iterator[Metric]:
    """Read how many pushes wait, since when, and how many were refused finally."""
    unsent = selectors.waiting_pushes()
    failed = metrics.capped(Push.objects.filter(failed_at__isnull=False))
    first = unsent.order_by("bulk", "id").values_list("created_at", flat=True).first()
    yield metrics.gauge("livestream_pushes_unsent", "Pushes that wait to be sent.", metrics.capped(unsent))
    since = metrics.seconds_since(first, now)
    yield metrics.gauge("livestream_pushes_oldest_unsent_seconds", "How long the next push has waited.", since)
    yield metrics.gauge("livestream_pushes_failed", "Pushes that were refused permanently.", failed)


@metrics.figures
def audience_figures(now: datetime) -> Iterator[Metric]:
    """Read how long an audience, not all of which was let in yet, has waited for it."""
    waiting = Audience.objects.filter(closed_at=None, walked_at=None)
    since = metrics.seconds_since(waiting.aggregate(first=Min("created_at"))["first"], now)
    yield metrics.gauge("livestream_audiences_oldest_waiting_seconds", "How long an audience has waited.", since)


@metrics.figures
def webhook_figures(now: datetime) -> Iterator[Metric]:
    """Read how many stored webhooks are not processed, and when the oldest of them happened.

    There is a separate figure for those about stages and streamers, on which payouts depend.
    """
    waiting = Webhook.objects.filter(processed_at=None)
    count, since = metrics.capped(waiting), _since(waiting, now)
    on_stages = _since(selectors.waiting_on_stages(), now)
    yield metrics.gauge("livestream_webhooks_waiting", "Webhooks not yet processed.", count)
    yield metrics.gauge("livestream_webhooks_oldest_waiting_seconds", "How long ago the oldest happened.", since)
    yield metrics.gauge("livestream_webhooks_oldest_stage_seconds", "The same, about stages and streamers.", on_stages)


def _since(waiting: QuerySet[Webhook], now: datetime) -> float:
    first = waiting.aggregate(first=Min("time_ms"))["first"]
    return metrics.seconds_since(clock.from_epoch(first / 1000), now) if first else 0.0
