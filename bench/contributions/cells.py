"""What is measured: one cell is one way, on so many goals, with so many processes."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from statistics import quantiles

from bench import world
from bench.contributions import crew, proof
from bench.contributions.buying import WAYS
from bench.contributions.peers import classic, django_hordak
from livestream import clock

PROCESSES = (1, 4, 8)
SPREAD = 1000
VIEWERS = 20_000


@dataclass(frozen=True, slots=True)
class Cell:
    """One field of the table; `counted` tells whether a counter runs beside the buyers."""

    way: str
    goals: int
    processes: int
    counted: bool = True


@dataclass(frozen=True, slots=True)
class Reading:
    """One measurement: contributions a second, Python's CPU for one, how long 99 of 100 took."""

    per_second: float
    cpu_ms: float | None = None
    p99_ms: float | None = None


def all_cells() -> Iterator[Cell]:
    """Iterate over one round; what is compared with each other stands side by side."""
    for processes in reversed(PROCESSES):
        for way, goals in [
            *((way, goals) for goals in (1, SPREAD) for way in ("service", "bare SQL")),
            *((way, 1) for way in ("plain ORM", *django_hordak.WAYS, *classic.SCRIPTS)),
        ]:
            yield Cell(way, goals, processes)
    for goals in (1, SPREAD):
        yield Cell("service", goals, max(PROCESSES), counted=False)


def measure(*, cell: Cell, pool: ProcessPoolExecutor, seconds: float) -> Reading:
    """Measure one cell in a world made anew, and prove that no coin was lost on the way."""
    if cell.way in WAYS:
        return _measure_own(cell, pool, seconds)
    if cell.way in django_hordak.WAYS:
        return Reading(**django_hordak.measure(way=cell.way, processes=cell.processes, seconds=seconds))
    rate = classic.measure(way=cell.way, goals=cell.goals, clients=cell.processes, seconds=seconds)
    return Reading(rate)


def _measure_own(cell: Cell, pool: ProcessPoolExecutor, seconds: float) -> Reading:
    world.build(viewers=VIEWERS, goals=cell.goals, now=clock.now())
    shares = crew.buy_together(
        pool=pool,
        way=cell.way,
        goals=cell.goals,
        viewers=VIEWERS,
        processes=cell.processes,
        counted=cell.counted and cell.way != "plain ORM",
        seconds=seconds,
    )
    made = sum(share.made for share in shares)
    proof.prove(made=made, way=cell.way)
    waits = [wait for share in shares for wait in share.waits]
    return Reading(
        per_second=len(waits) / seconds,
        cpu_ms=1000 * sum(share.cpu for share in shares) / made,
        p99_ms=1000 * quantiles(waits, n=100)[98],
    )
