"""What each decision of the hot path gains: `python -m bench.contributions.variants`."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from statistics import median

from django.db import connection
from rich.console import Console
from rich.progress import track
from rich.table import Table

from bench import databases, environment, world
from bench.contributions import crew, decisions, proof
from bench.contributions.cells import VIEWERS
from bench.contributions.decisions import Variant
from livestream import clock


def main() -> None:
    """Measure every variant in turn, a few rounds of all, and show how they compare."""
    options = _options()
    rates: dict[Variant, list[float]] = {variant: [] for variant in decisions.VARIANTS}
    with (
        databases.temporary_database(url=environment.database_url()),
        crew.crew(size=options.processes + 1) as pool,
    ):
        rounds = list(decisions.VARIANTS) * options.rounds
        for variant in track(rounds, console=Console(stderr=True), description="Measuring"):
            rates[variant].append(_measure(variant, pool, options))
    Console(width=110).print(_table(rates))


def _measure(variant: Variant, pool: ProcessPoolExecutor, options: argparse.Namespace) -> float:
    world.build(viewers=VIEWERS, goals=1, now=clock.now())
    _run(variant.apply)
    if variant.aged:
        _run(decisions.AGE_THE_QUEUE)
    shares = crew.buy_together(
        pool=pool,
        way="service",
        goals=1,
        viewers=VIEWERS,
        processes=options.processes,
        counted=True,
        seconds=options.seconds,
    )
    proof.prove(made=sum(share.made for share in shares), way="service")
    _run(variant.undo)
    return sum(len(share.waits) for share in shares) / options.seconds


def _run(statements: Iterable[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _table(rates: Mapping[Variant, list[float]]) -> Table:
    table = Table(title="One goal, somebody counting")
    for heading in ("variant", "a second", "ratio"):
        table.add_column(heading, justify="left" if heading == "variant" else "right")
    for variant, found in rates.items():
        base = rates[decisions.VARIANTS[variant]]
        ratio = median(ours / theirs for ours, theirs in zip(found, base, strict=True))
        table.add_row(variant.name, f"{median(found):,.0f}", f"{ratio:.2f}")
    return table


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.contributions.variants", description=__doc__)
    parser.add_argument("--seconds", type=float, default=5, help="how long to measure each variant (5)")
    parser.add_argument("--rounds", type=int, default=5, help="how often to measure each variant (5)")
    parser.add_argument("--processes", type=int, default=8, help="how many buy at the same time (8)")
    return parser.parse_args()


if __name__ == "__main__":
    main()
