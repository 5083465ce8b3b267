"""The figures of contributions as tables for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from statistics import median

from rich.table import Table

from bench.contributions.cells import PROCESSES, Cell, Reading
from bench.contributions.ratios import Ratio


def rates(*, readings: Mapping[Cell, Sequence[Reading]]) -> Table:
    """Return contributions a second by way, goals and processes: medians over the rounds."""
    table = Table(title="Contributions a second (medians)")
    table.add_column("way")
    table.add_column("goals", justify="right")
    for heading in (*(f"{number} proc." for number in PROCESSES), "CPU ms", "p99 ms"):
        table.add_column(heading, justify="right")
    for way, goals, counted in dict.fromkeys((c.way, c.goals, c.counted) for c in readings):
        row = [readings.get(Cell(way, goals, number, counted), []) for number in PROCESSES]
        table.add_row(
            way if counted else f"{way}, nobody counting",
            f"{goals:,}",
            *(_middle([r.per_second for r in each], "{:,.0f}") for each in row),
            _middle([r.cpu_ms for r in row[0]], "{:.2f}"),
            _middle([r.p99_ms for r in row[-1]], "{:.1f}"),
        )
    return table


def ratios(*, found: Iterable[Ratio]) -> Table:
    """Return the ratios by number of processes, with what was to be reached."""
    rows: dict[str, dict[int, str]] = {}
    for ratio in found:
        rows.setdefault(ratio.name, {})[ratio.processes] = _judged(ratio)
    table = Table(title="Ratios (medians of the rounds' ratios)")
    table.add_column("what")
    for number in PROCESSES:
        table.add_column(f"{number} proc.", justify="right")
    for name, values in rows.items():
        table.add_row(name, *(values.get(number, "") for number in PROCESSES))
    return table


def _judged(ratio: Ratio) -> str:
    if ratio.aim is None:
        return f"{ratio.value:.2f}"
    return f"{ratio.value:.2f} {'≥' if ratio.value >= ratio.aim else '<'} {ratio.aim:g}"


def _middle(values: Iterable[float | None], form: str) -> str:
    known = [value for value in values if value is not None]
    return form.format(median(known)) if known else ""
