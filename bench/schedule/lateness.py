"""How late tasks were run: the moments that they noted, compared with those at which they were wanted."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import quantiles

from django.db import connection

from bench.schedule.processes import Process
from bench.schedule.ways import EMPTY, Way
from livestream.models import OutboxMessage

_LOOK_EVERY = 0.05
# Unlogged and without an index, so that the comparison is of how tasks are run.
_TABLE = """
    DROP TABLE IF EXISTS bench_done;
    CREATE UNLOGGED TABLE bench_done (number integer NOT NULL, at timestamptz NOT NULL)
"""


@dataclass(frozen=True, slots=True)
class Lateness:
    """How late tasks were, in ms. `least` is negative where one ran early."""

    tasks: int
    least: float
    p50: float
    p99: float
    most: float


def of(late_ms: Sequence[float]) -> Lateness:
    """Summarize how late each task was."""
    cuts = quantiles(late_ms, n=100, method="inclusive")
    return Lateness(len(late_ms), min(late_ms), cuts[49], cuts[98], max(late_ms))


def make_table() -> None:
    """Create the table that tasks write to, and delete the tasks that an earlier scenario left."""
    with connection.cursor() as cursor:
        cursor.execute(_TABLE)
    OutboxMessage.objects.all().delete()


def forget(way: Way, processes: Sequence[Process]) -> None:
    """Forget which tasks were run."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE bench_done")
    if way.task == EMPTY:
        for worker in _workers(processes):
            worker.ask("forget")


def wait_for(number: int, way: Way, processes: Sequence[Process], *, until: float) -> float:
    """Wait until `number` tasks are done and committed, at most until `until`; return that moment (unix seconds).

    Raises RuntimeError if some are not.
    """
    while (done := _count(way, processes)) < number:
        if time.time() > until:
            raise RuntimeError(f"{way.name}: {done} of {number} tasks were done")
        time.sleep(_LOOK_EVERY)
    return time.time()


def wait_for_no_messages() -> None:
    """Wait until the outbox is empty, so that a task that was done twice has been done twice."""
    until = time.time() + 30
    while OutboxMessage.objects.exists() and time.time() < until:
        time.sleep(_LOOK_EVERY)


def moments(way: Way, processes: Sequence[Process]) -> dict[int, float]:
    """Return when each task was run (unix seconds), by number; RuntimeError where one was run twice."""
    if way.task == EMPTY:
        found = [each for worker in _workers(processes) for each in worker.ask("noted")]
    else:
        with connection.cursor() as cursor:
            cursor.execute("SELECT number, extract(epoch FROM at)::float8 FROM bench_done")
            found = cursor.fetchall()
    by_number = dict(found)
    if len(by_number) != len(found):
        raise RuntimeError(f"{way.name}: {len(found) - len(by_number)} tasks were done twice")
    return by_number


def _count(way: Way, processes: Sequence[Process]) -> int:
    if way.task == EMPTY:
        return sum(worker.ask("count") for worker in _workers(processes))
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM bench_done")
        return int(cursor.fetchone()[0])


def _workers(processes: Sequence[Process]) -> list[Process]:
    return [each for each in processes if each.name.startswith("worker")]
