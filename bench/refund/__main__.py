"""Measure refunds: `python -m bench.refund --help`."""

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
from bench.refund import crowd, ways
from livestream import clock
from wallet.verification import verify_ledger

console = Console(width=110)
AIM = 50
MOST_TIMES = 2
Job = tuple[str, int, int]


def main() -> None:
    """Refund crowds each way, a few rounds of each, and show and save how they compare."""
    options = _options()
    started = clock.MachineClock().now()  # the database is not made yet
    small, large, looped = (100, 1000, 100) if options.quick else (10_000, 100_000, options.loop)
    jobs: list[Job] = [
        ("set-based", small, small),
        ("single payers", small, small),
        ("loop", small, looped),
        ("set-based", large, large),
        ("single payers", large, large),
    ]
    with databases.temporary_database(url=environment.database_url()):
        work = track(jobs * options.rounds, console=Console(stderr=True), description="Refunding")
        runs = [_refund(job) for job in work]
        console.print(_table(runs))
        ratio = _ratio(runs, "loop", "set-based", small)
        console.print(f"set-based ÷ loop, {small:,} payers: {ratio:,.0f} (wanted: {AIM})")
        single = _ratio(runs, "single payers", "set-based", small)
        console.print(
            f"single payers and a whole refund, {small:,} payers: ratio {single:.2f} (wanted: at most {MOST_TIMES})"
        )
        if options.out:
            content = {"runs": [asdict(run) for run in runs], "ratio": ratio, "single": single}
            console.print(reports.save(name="refund", folder=options.out, at=started, content=content))


def _refund(job: Job) -> ways.Run:
    way, crowd_size, payers = job
    crowd.gather(payers=crowd_size)
    connections.close_all()
    run = ways.measure(way=way, payers=payers, crowd=crowd_size)
    if wrong := verify_ledger():
        raise RuntimeError(f"{way}: " + "; ".join(map(str, wrong)))
    return run


def _ratio(runs: Sequence[ways.Run], way: str, base: str, crowd_size: int) -> float:
    """Return the ratio of the two ways' time for a payer: the median over the rounds."""
    bases = [run for run in runs if run.way == base and run.crowd == crowd_size]
    others = [run for run in runs if run.way == way and run.crowd == crowd_size]
    return median(b.ms_a_payer / a.ms_a_payer for a, b in zip(bases, others, strict=True))


def _table(runs: Iterable[ways.Run]) -> Table:
    table = Table(title="Refunds (medians)")
    for heading in ("way", "payers", "seconds", "ms a payer", "memory grown by, MB"):
        table.add_column(heading, justify="left" if heading == "way" else "right")
    groups: dict[tuple[str, int], list[ways.Run]] = {}
    for run in runs:
        groups.setdefault((run.way, run.payers), []).append(run)
    for (way, payers), each in groups.items():
        seconds, grown = median(r.seconds for r in each), median(r.grown_mb for r in each)
        table.add_row(way, f"{payers:,}", f"{seconds:.2f}", f"{1000 * seconds / payers:.3f}", f"{grown:.1f}")
    return table


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.refund", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="how often to measure each way (3)")
    parser.add_argument("--loop", type=int, default=10_000, help="how many of the 10,000 the loop pays (all)")
    parser.add_argument("--quick", action="store_true", help="small crowds, once, to see that it works")
    parser.add_argument("--out", type=Path, help="a folder to save the figures in, as JSON")
    options = parser.parse_args()
    if options.quick:
        options.rounds = 1
    return options


if __name__ == "__main__":
    main()
