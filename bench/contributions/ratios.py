"""What the figures are compared with, and what was to be reached."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from bench.contributions.cells import PROCESSES, SPREAD, Cell, Reading

Readings = Mapping[Cell, Sequence[Reading]]


@dataclass(frozen=True, slots=True)
class Ratio:
    """One cell's rate in terms of another's; `aim` is the least that was to be reached."""

    name: str
    processes: int
    value: float
    aim: float | None


_MOST = max(PROCESSES)
_COMPARED: list[tuple[str, float | None, Sequence[int], tuple[str, int, bool], tuple[str, int, bool]]] = [
    ("one goal ÷ 1,000 goals", 0.9, PROCESSES, ("service", 1, True), ("service", SPREAD, True)),
    ("the same, nobody counting", None, (_MOST,), ("service", 1, False), ("service", SPREAD, False)),
    ("service ÷ bare SQL, one goal", 0.6, PROCESSES, ("service", 1, True), ("bare SQL", 1, True)),
    ("service ÷ bare SQL, 1,000 goals", None, PROCESSES, ("service", SPREAD, True), ("bare SQL", SPREAD, True)),
    ("service ÷ hordak, one goal", 4.0, PROCESSES, ("service", 1, True), ("hordak", 1, True)),
    ("service ÷ hordak, in memory", None, PROCESSES, ("service", 1, True), ("hordak, in memory", 1, True)),
    ("service ÷ hordak, checked", None, PROCESSES, ("service", 1, True), ("hordak, checked", 1, True)),
    ("service ÷ classic, one goal", 1.0, (_MOST,), ("service", 1, True), ("classic", 1, True)),
    ("service ÷ classic, one goal", None, PROCESSES[:-1], ("service", 1, True), ("classic", 1, True)),
    ("service ÷ classic in one call", None, PROCESSES, ("service", 1, True), ("classic, one call", 1, True)),
    ("service ÷ plain ORM, one goal", None, PROCESSES, ("service", 1, True), ("plain ORM", 1, True)),
]


def all_ratios(*, readings: Readings) -> Iterator[Ratio]:
    """Iterate over the ratios: each the median over the rounds of both cells' rates in a round."""
    for name, aim, processes, (way, goals, counted), (base, base_goals, base_counted) in _COMPARED:
        for number in processes:
            ours = readings.get(Cell(way, goals, number, counted))
            theirs = readings.get(Cell(base, base_goals, number, base_counted))
            if ours and theirs:
                yield Ratio(name, number, _of(ours, theirs), aim)


def _of(ours: Sequence[Reading], theirs: Sequence[Reading]) -> float:
    return median(a.per_second / b.per_second for a, b in zip(ours, theirs, strict=False))
