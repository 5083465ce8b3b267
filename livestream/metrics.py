"""Metrics for operators: counters of the processes, and figures read from the database at each scrape.

The database's figures come from indexed, capped queries: a scrape costs the same whether a
table has a thousand rows or a hundred million.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

import structlog
from django.db import DatabaseError, InterfaceError, connection, transaction
from django.db.models import QuerySet
from prometheus_client import REGISTRY, CollectorRegistry, Metric, generate_latest, multiprocess
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from livestream import clock
from livestream.errors import DomainError

log = structlog.get_logger(__name__)

Source = Callable[[datetime], Iterable[Metric]]

# Beyond it a figure only says "this many, or more", which is alarming enough.
CAP = 10_000
_TIMEOUT_MILLISECONDS = 2_000

_sources: list[Source] = []


def figures(source: Source) -> Source:
    """Declare a source of figures: given the moment, it yields metrics read from the database."""
    _sources.append(source)
    return source


def gauge(name: str, help_text: str, value: float) -> Metric:
    """Return a metric of one value."""
    return GaugeMetricFamily(name, help_text, value=value)


def gauges(name: str, help_text: str, label: str, values: Mapping[str, float]) -> Metric:
    """Return a metric with a value for each value of its label."""
    metric = GaugeMetricFamily(name, help_text, labels=[label])
    for each, value in values.items():
        metric.add_metric([each], value)
    return metric


def capped(rows: QuerySet[Any]) -> int:
    """Count the rows, up to CAP."""
    return rows.order_by()[:CAP].count()


def seconds_since(at: datetime | None, now: datetime) -> float:
    """Return how long ago something was; 0 where there is nothing."""
    return max((now - at).total_seconds(), 0.0) if at else 0.0


class DatabaseFigures(Collector):
    """Reads all declared figures; while the database is away, reports only that."""

    def describe(self) -> Iterable[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        up, source = 1, None
        try:
            now = clock.now()
            for source in _sources:
                yield from _read(source, now)
        # After a failure no source is read, because the next one would wait for the database as well.
        except (DatabaseError, InterfaceError, DomainError) as error:
            log.warning("figures_unread", source=getattr(source, "__name__", "clock"), error=repr(error))
            up = 0
        yield gauge("livestream_database_up", "Whether the figures of the database could be read.", up)


def _read(source: Source, now: datetime) -> list[Metric]:
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL statement_timeout = {_TIMEOUT_MILLISECONDS}")
        return list(source(now))


def page() -> bytes:
    """Return everything in the text format of Prometheus.

    With PROMETHEUS_MULTIPROC_DIR the counters are those of all processes that share the folder.
    """
    processes = REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        processes = CollectorRegistry()
        multiprocess.MultiProcessCollector(processes)
    database = CollectorRegistry()
    database.register(DatabaseFigures())
    return generate_latest(processes) + generate_latest(database)
