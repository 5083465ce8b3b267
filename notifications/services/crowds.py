"""Processing webhooks about audiences: a page of webhooks at a time, by several workers.

A page does at once what the receivers of its events would do one by one: it tracks them, and pushes to
the streamers. Pages of several workers may be out of order, because no decision depends on them, and each
push says when it happened.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from datetime import datetime

import structlog
from django.db import connection, transaction

from livestream.outbox import Delivery, Urgency, durable, enqueue
from notifications import metrics, selectors, sql
from notifications.models import Webhook
from notifications.selectors import Accepted
from notifications.services import meanings, processing, viewers

log = structlog.get_logger(__name__)

# How many workers process pages at a time, and the size of a page. SQLite has one writer at a time,
# which must not block the others for long.
_LANES, _PAGE = {"sqlite": 1, "postgresql": 4}, {"sqlite": 200, "postgresql": 1_000}


@durable(urgency=Urgency.PUSHES)
def process_audience(now: datetime, *, lane: int) -> None:
    """Process a page of webhooks about audiences, and enqueue the next one if there may be more.

    The next page is a separate task, so that more urgent tasks can run between two pages.
    """
    if process_page(now=now) == page_size():
        enqueue(process_audience, Delivery(key=str(lane)), lane=lane)


def page_size() -> int:
    """Return how many webhooks a page has at most on this database."""
    return _PAGE[connection.vendor]


def lanes_wanted(*, now: datetime) -> int:
    """Return how many workers can be used now: one for each waiting page, up to a limit."""
    most = _LANES[connection.vendor]
    waiting = selectors.due_audience(now=now).order_by()[: most * page_size()].count()
    return math.ceil(waiting / page_size())


def process_page(*, now: datetime) -> int:
    """Process the next page of webhooks that no other worker has locked, and return how many there were.

    If the page fails, each of its webhooks is processed alone, and only those that fail are retried.
    """
    with transaction.atomic():
        page = selectors.take_audience(now=now, limit=page_size())
        try:
            with transaction.atomic():
                _process_together(page, now)
        except Exception:
            log.exception("webhook_page_failure", webhooks=len(page))
            _process_alone(page, now)
        return len(page)


def _process_together(page: Sequence[Accepted], now: datetime) -> None:
    found = [(webhook, meanings.event_of(webhook)) for webhook in page]
    together = viewers.without_other_receivers(events=[event for _, event in found if event is not None])
    viewers.handle(events=together, now=now)
    done = set(together)
    _mark([webhook.id for webhook, event in found if event in done], Webhook.Result.PUBLISHED, now)
    _mark([webhook.id for webhook, event in found if event is None], Webhook.Result.IGNORED, now)
    _process_alone([webhook for webhook, event in found if event is not None and event not in done], now)


def _mark(webhook_ids: Collection[int], result: Webhook.Result, now: datetime) -> None:
    if webhook_ids:
        sql.mark_processed(webhook_ids=webhook_ids, result=result, now=now)
        transaction.on_commit(lambda: metrics.WEBHOOKS.labels(result).inc(len(webhook_ids)), robust=True)


def _process_alone(page: Sequence[Accepted], now: datetime) -> None:
    for webhook in page:
        processing.process(webhook_id=webhook.id, now=now)
