"""Scenarios of this service alone: tasks over an hour, with a wrong clock, and with a hung worker."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db import connection

from bench.schedule import lateness, measuring, ways
from bench.schedule.lateness import Lateness
from bench.schedule.measuring import Run
from bench.schedule.processes import Process

SHIFTS = (-0.3, 0.3, -300.0, 300.0)
_PARTS = {"worker 1": 0, "relay": 2}
_HELD = "SELECT (kwargs ->> 'number')::int FROM livestream_outboxmessage WHERE running_until IS NOT NULL"


@dataclass(frozen=True, slots=True)
class Hour:
    """What was measured in a window of an hour; memory in MB by process, at its beginning and at its end."""

    late: Lateness
    waiting: int
    began_mb: dict[str, float]
    ended_mb: dict[str, float]


@dataclass(frozen=True, slots=True)
class Hung:
    """What a worker that hangs for some seconds did to the others' tasks, and to those that it held.

    `others` are the tasks that were wanted while it hung and that it did not hold. `held_s`: how long after
    it began to hang what it held was done, in seconds.
    """

    others: Lateness
    held: int
    held_s: float
    hung_s: float


def hour(*, tasks: int, seconds: float, window: float, broker: str) -> Hour:
    """Store tasks that are due within an hour, and measure a window of it."""
    way = ways.service(task=ways.INSERT, broker=broker)
    offsets = measuring.spread(tasks, seconds)
    wanted = sum(each < window for each in offsets)
    lateness.make_table()
    with way.running() as processes:
        measuring.warm_up(way, processes)
        first = measuring.store(way, offsets)
        _sleep_until(first + 1)
        began = _resident(processes)
        _sleep_until(first + window)
        ended = _resident(processes)
        lateness.wait_for(wanted, way, processes, until=first + window + 60)
        at = lateness.moments(way, processes)
    late = [1000 * (at[number] - first - offsets[number]) for number in range(wanted)]
    return Hour(lateness.of(late), tasks - wanted, began, ended)


def skewed(*, tasks: int, seconds: float, broker: str) -> Iterator[Run]:
    """Run tasks while the clock of a worker, and then of the relay, is wrong; raise RuntimeError if one is early."""
    for part, place in _PARTS.items():
        for shift in SHIFTS:
            shifts = [shift if number == place else 0.0 for number in range(3)]
            way = ways.service(task=ways.INSERT, broker=broker, shifts=shifts)
            run = measuring.measure(f"{part}: {shift:+g} s", way, measuring.spread(tasks, seconds))
            if run.late.least < 0:
                raise RuntimeError(f"{run.scenario}: a task ran {-run.late.least:.1f} ms early")
            yield run


def hung(*, tasks: int, seconds: float, hangs: float, broker: str) -> Hung:
    """Suspend a worker that holds a batch for `hangs` seconds, while tasks continue to become due.

    Raises RuntimeError if a task was done twice, or never.
    """
    way = ways.service(task=ways.INSERT, broker=broker)
    offsets = measuring.spread(tasks, seconds)
    lateness.make_table()
    with way.running() as processes:
        measuring.warm_up(way, processes)
        first = measuring.store(way, offsets)
        _sleep_until(first + seconds / 4)
        began, held = _suspend_at_work(processes[0])
        _sleep_until(began + hangs)
        processes[0].resume()
        lateness.wait_for(tasks, way, processes, until=first + seconds + hangs + 60)
        lateness.wait_for_no_messages()
        time.sleep(1)  # so that what the resumed worker still does is seen
        at = lateness.moments(way, processes)
    there = range(int((began - first) / seconds * tasks), min(tasks, int((began + hangs - first) / seconds * tasks)))
    others = [1000 * (at[each] - first - offsets[each]) for each in there if each not in held]
    return Hung(lateness.of(others), len(held), max(at[each] for each in held) - began, hangs)


def _suspend_at_work(worker: Process) -> tuple[float, set[int]]:
    """Suspend a worker while it holds messages; return when (unix seconds), and the numbers of their tasks."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        worker.suspend()
        began = time.time()
        # What the other worker holds is done by then, and what this one holds is not.
        before = _held_now()
        time.sleep(0.3)
        held = before & _held_now()
        if held:
            return began, held
        worker.resume()
        time.sleep(0.007)
    raise RuntimeError("the worker never held anything when it was suspended")


def _held_now() -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(_HELD)
        return {number for (number,) in cursor.fetchall()}


def _resident(processes: Sequence[Process]) -> dict[str, float]:
    return {each.name: each.memory("VmRSS") for each in processes}


def _sleep_until(moment: float) -> None:
    time.sleep(max(moment - time.time(), 0))
