"""Measure how a crowd is let in: `python -m bench.fanout --help`."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from statistics import median

from django.db import connections
from rich.console import Console
from rich.progress import track
from rich.table import Table

from bench import databases, environment, reports
from bench.fanout import crowd, ways
from livestream import clock

console = Console(width=110)
AT_ONCE, FAR = 0.0, 0.04
FAR_AIM, AT_ONCE_AIM, MEMORY_AIM = 7.0, 1.5, 200
Job = tuple[str, float, int]


def main() -> None:
    """Let crowds in both ways at both distances, a few rounds of each, and show and save how they compare."""
    options = _options()
    started = clock.MachineClock().now()  # the database is not made yet
    jobs = [(way, distance, options.holders) for distance in (AT_ONCE, FAR) for way in ("loop", "service")]
    with databases.temporary_database(url=environment.database_url()):
        work = track(jobs * options.rounds, console=Console(stderr=True), description="Letting in")
        runs = [_let_in(job) for job in work]
        console.print(_table(runs))
        ratios = _ratios(runs)
        console.print(f"40 ms away: {ratios['far']:.1f} times faster than the loop (wanted: at least {FAR_AIM:g})")
        console.print(f"answering at once: {ratios['at_once']:.2f} of its time (wanted: at most {AT_ONCE_AIM:g})")
        console.print(f"memory: {ratios['memory_mb']:.0f} MB (wanted: at most {MEMORY_AIM})")
        if options.out:
            content = {"runs": [asdict(run) for run in runs], "ratios": ratios}
            console.print(reports.save(name="fanout", folder=options.out, at=started, content=content))


def _let_in(job: Job) -> ways.Run:
    way, distance, holders = job
    crowd.gather(holders=holders)
    connections.close_all()
    return ways.measure(way=way, distance=distance, holders=holders)


def _ratios(runs: Sequence[ways.Run]) -> dict[str, float]:
    """Return how the service compares with the loop that ran beside it: medians over the rounds."""
    return {
        "far": median(loop / service for loop, service in _pairs(runs, FAR)),
        "at_once": median(service / loop for loop, service in _pairs(runs, AT_ONCE)),
        "memory_mb": max(run.memory_mb for run in runs if run.way == "service"),
    }


def _pairs(runs: Sequence[ways.Run], distance: float) -> list[tuple[float, float]]:
    there = [run for run in runs if run.distance == distance]
    seconds = {way: [run.seconds for run in there if run.way == way] for way in ("loop", "service")}
    return list(zip(seconds["loop"], seconds["service"], strict=True))


def _table(runs: Iterable[ways.Run]) -> Table:
    table = Table(title="Ticket holders let in (medians)")
    for heading in ("sink", "way", "holders", "seconds", "memory, MB"):
        table.add_column(heading, justify="left" if heading in ("sink", "way") else "right")
    groups: dict[tuple[float, str, int], list[ways.Run]] = {}
    for run in runs:
        groups.setdefault((run.distance, run.way, run.holders), []).append(run)
    for (distance, way, holders), each in groups.items():
        sink = f"{distance * 1000:.0f} ms away" if distance else "answers at once"
        seconds, memory = median(r.seconds for r in each), max(r.memory_mb for r in each)
        table.add_row(sink, way, f"{holders:,}", f"{seconds:.2f}", f"{memory:.0f}")
    return table


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.fanout", description=__doc__)
    parser.add_argument("--rounds", type=int, default=2, help="how often to measure each way (2)")
    parser.add_argument("--holders", type=int, default=10_000, help="how many hold tickets (10,000)")
    parser.add_argument("--quick", action="store_true", help="a small crowd, once, to see that it works")
    parser.add_argument("--out", type=Path, help="a folder to save the figures in, as JSON")
    options = parser.parse_args()
    if options.quick:
        options.rounds, options.holders = 1, 500
    return options


if __name__ == "__main__":
    main()
