"""One measurement: tasks are stored and run by a way's processes, and their lateness is summarized."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bench import world
from bench.schedule import lateness
from bench.schedule.lateness import Lateness
from bench.schedule.processes import Process
from bench.schedule.ways import Way

_WARM_UP = 100
_LONGEST = 600.0
During = Callable[[Sequence[Process], float], None]


@dataclass(frozen=True, slots=True)
class Run:
    """What one way did in one scenario.

    `seconds`: from the first moment until all tasks were done and committed. `peak_mb` is the most
    memory that each process held.
    """

    scenario: str
    way: str
    task: str
    late: Lateness
    seconds: float
    peak_mb: dict[str, float]


def measure(scenario: str, way: Way, offsets: Sequence[float], during: During | None = None) -> Run:
    """Run a task at each of these offsets (seconds), counted from when all are stored.

    `during` is called with the processes and the first moment (unix seconds). Raises RuntimeError
    where a task is lost, or done twice.
    """
    lateness.make_table()
    with way.running() as processes:
        warm_up(way, processes)
        first = store(way, offsets)
        if during:
            during(processes, first)
        ended = lateness.wait_for(len(offsets), way, processes, until=first + max(offsets) + _LONGEST)
        lateness.wait_for_no_messages()
        at = lateness.moments(way, processes)
        late = lateness.of([1000 * (at[number] - first - each) for number, each in enumerate(offsets)])
        return Run(scenario, way.name, way.task, late, ended - first, peaks(processes))


def peaks(processes: Sequence[Process]) -> dict[str, float]:
    """Return the most memory that each process held so far, in MB."""
    return {each.name: each.memory("VmHWM") for each in processes}


def spread(tasks: int, seconds: float) -> list[float]:
    """Return the offsets of `tasks` tasks that are spread evenly over `seconds`."""
    return [number * seconds / tasks for number in range(tasks)]


def warm_up(way: Way, processes: Sequence[Process]) -> None:
    """Run some tasks first: processes import, connect and prepare with the first ones."""
    now = time.time()
    way.store([now + 1] * _WARM_UP)
    lateness.wait_for(_WARM_UP, way, processes, until=now + _LONGEST)
    lateness.wait_for_no_messages()
    lateness.forget(way, processes)
    world.settle_down()


def store(way: Way, offsets: Sequence[float]) -> float:
    """Store a task for each offset, and return the moment that they count from; RuntimeError if that took too long."""
    # On a busy machine everything takes longer, starting a program included.
    busy = max(os.getloadavg()[0] / (os.cpu_count() or 1), 1)
    first = time.time() + busy * (3 + len(offsets) * way.ms_to_store / 1000)
    way.store([first + each for each in offsets])
    world.analyze()
    if time.time() > first:
        raise RuntimeError(f"{way.name}: the machine is too busy to store {len(offsets)} tasks in time")
    return first
