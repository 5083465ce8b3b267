"""Measure contributions: `python -m bench.contributions --help`."""

from __future__ import annotations

import argparse
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.progress import track

from bench import databases, environment, reports
from bench.contributions import cells, crew, ratios, tables
from bench.contributions.peers import django_hordak
from livestream import clock

console = Console(width=110)
Readings = dict[cells.Cell, list[cells.Reading]]


def main() -> None:
    """Measure every cell in turn, a few rounds of all, and show and save what was found."""
    options = _options()
    started = clock.MachineClock().now()  # the database is not made yet
    with databases.temporary_database(url=environment.database_url()):
        readings = _measure(options)
        found = list(ratios.all_ratios(readings=readings))
        console.print(tables.rates(readings=readings), tables.ratios(found=found), sep="\n")
        content = {
            "options": {"seconds": options.seconds, "rounds": options.rounds},
            "cells": [asdict(c) | {"readings": [asdict(r) for r in rs]} for c, rs in readings.items()],
            "ratios": [asdict(ratio) for ratio in found],
        }
        if options.out:
            path = reports.save(name="contributions", folder=options.out, at=started, content=content)
            console.print(f"Saved in {path}")


def _measure(options: argparse.Namespace) -> Readings:
    readings: Readings = {}
    rounds = [cell for _ in range(options.rounds) for cell in cells.all_cells() if cell.way.startswith(options.way)]
    with ExitStack() as stack:
        if any(cell.way in django_hordak.WAYS for cell in rounds):
            stack.enter_context(django_hordak.installed())
        pool = stack.enter_context(crew.crew(size=max(cells.PROCESSES) + 1))
        for cell in track(rounds, console=Console(stderr=True), description="Measuring"):
            reading = cells.measure(cell=cell, pool=pool, seconds=options.seconds)
            readings.setdefault(cell, []).append(reading)
    return readings


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.contributions", description=__doc__)
    parser.add_argument("--seconds", type=float, default=5, help="how long to measure each cell (5)")
    parser.add_argument("--rounds", type=int, default=3, help="how often to measure each cell (3)")
    parser.add_argument("--quick", action="store_true", help="one round of one second, to see that it works")
    parser.add_argument("--way", default="", help="only what begins like this, such as 'service'")
    parser.add_argument("--out", type=Path, help="a folder to save the figures in, as JSON")
    options = parser.parse_args()
    if options.quick:
        options.seconds, options.rounds = 1, 1
    return options


if __name__ == "__main__":
    main()
