"""The figures as a table in Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median

from rich import box
from rich.table import Table

from bench.http import cells
from bench.http.cells import Cell
from bench.http.measuring import Reading

Rounds = Mapping[Cell, Sequence[Reading]]
_HEADINGS = ("requests/s", "of the base", "of its CPU", "p50 ms", "p95 ms", "p99 ms", "CPU ms", "304", "wanted")


def ratio(cell: Cell, rounds: Rounds) -> float:
    """Return the rate of a cell as a part of the base's: the median of the ratios of each round."""
    return median(one.per_second / base.per_second for one, base in _pairs(cell, rounds))


def cpu_ratio(cell: Cell, rounds: Rounds) -> float:
    """Return the CPU time of a request to the base as a part of the cell's; other programs disturb it less."""
    return median(base.cpu_ms / one.cpu_ms for one, base in _pairs(cell, rounds))


def _pairs(cell: Cell, rounds: Rounds) -> list[tuple[Reading, Reading]]:
    base = rounds[cells.THE_BASE]
    per_round = len(base) // len(rounds[cell])
    bases = [_middle(base[turn * per_round : (turn + 1) * per_round]) for turn in range(len(rounds[cell]))]
    return list(zip(rounds[cell], bases, strict=True))


def _middle(readings: Sequence[Reading]) -> Reading:
    return Reading(*(median(values) for values in zip(*map(_values, readings), strict=True)))


def _values(reading: Reading) -> list[float]:
    return [getattr(reading, name) for name in Reading.__slots__]


def is_reached(cell: Cell, rounds: Rounds) -> bool | None:
    """Return whether a cell is as wanted; None where nothing was."""
    if cell.ratio is not None:
        return ratio(cell, rounds) >= cell.ratio
    return None if cell.ms is None else _middle(rounds[cell]).p95 <= cell.ms


def table(rounds: Rounds) -> Table:
    """Return one row a cell: medians over the rounds, beside what is wanted."""
    shown = Table(box=box.MARKDOWN)
    for number, heading in enumerate(("request", *_HEADINGS)):
        shown.add_column(heading, justify="right" if number else "left", no_wrap=True)
    for cell, readings in rounds.items():
        middle = _middle(readings)
        parts = ("", "") if cell.ms else (f"{ratio(cell, rounds):.2f}", f"{cpu_ratio(cell, rounds):.2f}")
        times = (f"{value:.1f}" for value in (middle.p50, middle.p95, middle.p99))
        unchanged = f"{middle.unchanged:.0%}" if cell.tagged else ""
        last = (f"{middle.cpu_ms:.2f}", unchanged, _wanted(cell, rounds))
        shown.add_row(cell.name, f"{middle.per_second:,.0f}", *parts, *times, *last)
    return shown


def _wanted(cell: Cell, rounds: Rounds) -> str:
    reached = is_reached(cell, rounds)
    if reached is None:
        return ""
    aim = f"≥ {cell.ratio:g}" if cell.ratio is not None else f"p95 ≤ {cell.ms:g} ms"
    return aim if reached else f"**{aim}**"


def verdict(rounds: Rounds) -> str:
    """Say which cells are not as wanted."""
    judged = [cell for cell in rounds if is_reached(cell, rounds) is not None]
    missed = [cell.name for cell in judged if not is_reached(cell, rounds)]
    return f"{len(judged) - len(missed)} of {len(judged)} as wanted" + (f"; not: {', '.join(missed)}" if missed else "")


def about_load(rounds: Rounds) -> str:
    """Say how much CPU the load generator took beside the service, at most."""
    own = {cell: _middle(each).load for cell, each in rounds.items() if cell.server == cells.SERVICE}
    if not own:
        return ""
    most = max(own, key=lambda cell: own[cell])
    return f"The load generator took at most {own[most]:.0%} of the service's CPU ({most.name})."
