"""Measure how late tasks run: `python -m bench.schedule --help`."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from bench import databases, environment, peer_environment, reports
from bench.schedule import flood, measuring, scenarios, ways
from bench.schedule.lateness import Lateness
from bench.schedule.measuring import Run
from bench.schedule.ways import BARE_TABLE, EMPTY, INSERT, Way

console = Console(width=130)
LATE_AIM, AT_ONCE_AIM, MONEY_AIM, SKEW_AIM, HUNG_AIM = 250, 5, 1_000, 1_000, 12_000
Options = argparse.Namespace
Content = dict[str, Any]


def main() -> None:
    """Measure each scenario, and show and save its figures."""
    options = _options()
    began = datetime.now(UTC)
    with databases.temporary_database(url=environment.database_url()):
        content = {}
        for name in options.scenarios:
            console.log(name)
            content[name] = SCENARIOS[name](options)
        if options.out:
            console.print(reports.save(name="schedule", folder=options.out, at=began, content=content))


def _within(options: Options) -> Content:
    title = f"{options.tasks:,} tasks due within {options.seconds:g} s"
    runs = _compare("within", title, options, measuring.spread(options.tasks, options.seconds))
    for run in _ours(runs):
        _aim(f"within, {run.task}: p99", run.late.p99, LATE_AIM)
    return {"runs": [asdict(run) for run in runs]}


def _at_once(options: Options) -> Content:
    runs = _compare("at-once", f"{options.tasks:,} tasks due at once", options, [0.0] * options.tasks)
    ratios = {}
    for ours in _ours(runs):
        console.print(f"at once, {ours.task}: all done after {ours.seconds:.1f} s (wanted: at most {AT_ONCE_AIM})")
        for peer in runs:
            if peer.way != ours.way and peer.task == ours.task:
                ratios[f"{peer.way}, {peer.task}"] = peer.seconds / ours.seconds
    for name, ratio in ratios.items():
        wanted = "the limit of the design" if name.startswith(BARE_TABLE) else "wanted: more than 1"
        console.print(f"at once: {name} takes {ratio:.2f} times as long ({wanted})")
    return {"runs": [asdict(run) for run in runs], "ratios": ratios}


def _flood(options: Options) -> Content:
    numbers = (0, 2 * options.tasks)
    runs = [flood.measure(number=number, each=options.payouts, broker=options.broker) for number in numbers]
    table = _table("Payouts and sales' ends in a flood", "tasks", "what", "median ms", "at most ms", "tasks left")
    for run in runs:
        for what, late in (("payouts", run.payouts_ms), ("sales' ends", run.ends_ms)):
            middle = f"{median(late):,.0f}"
            table.add_row(f"{run.tasks:,}", what, middle, f"{max(late):,.0f}", f"{run.left:,}")
    console.print(table)
    _aim("a payout in the flood, at most", max(runs[1].payouts_ms), MONEY_AIM)
    _aim("a sale's end in the flood, at most", max(runs[1].ends_ms), MONEY_AIM)
    if not runs[1].left:
        console.print("No task of the flood was left afterwards: use more of them, with --tasks.")
    return {"runs": [asdict(run) for run in runs]}


def _hour(options: Options) -> Content:
    window = 3_600 if options.whole_hour else options.window
    run = scenarios.hour(tasks=10 * options.tasks, seconds=3_600, window=window, broker=options.broker)
    table = _table(f"{window:g} s of an hour with {10 * options.tasks:,} tasks", "process", "MB before", "MB after")
    for name, before in run.began_mb.items():
        table.add_row(name, f"{before:.1f}", f"{run.ended_mb[name]:.1f}")
    console.print(table)
    _aim(f"hour, {run.late.tasks:,} tasks: p50 {run.late.p50:.0f} ms, p99", run.late.p99, LATE_AIM)
    return asdict(run)


def _skew(options: Options) -> Content:
    number = max(options.tasks // 10, 100)
    runs = []
    for run in scenarios.skewed(tasks=number, seconds=options.seconds / 4, broker=options.broker):
        console.log(f"{run.scenario}: {run.late}")
        runs.append(run)
    console.print(_lateness("One process's clock is wrong", [(run.scenario, run) for run in runs]))
    _aim("wrong clocks, at most", max(run.late.most for run in runs), SKEW_AIM)
    return {"runs": [asdict(run) for run in runs]}


def _hung(options: Options) -> Content:
    number, seconds = options.tasks, options.seconds
    run = scenarios.hung(tasks=number, seconds=seconds, hangs=options.hangs, broker=options.broker)
    console.print(f"hung: a worker was stopped for {run.hung_s:g} s while it held {run.held} tasks")
    console.print(f"hung: what it held was done {run.held_s:.1f} s after it was stopped; nothing was done twice")
    _aim(f"hung: p99 of others {run.others.p99:.0f} ms, at most", run.others.most, HUNG_AIM)
    return asdict(run)


SCENARIOS: dict[str, Callable[[Options], Content]] = {
    "within": _within,
    "at-once": _at_once,
    "flood": _flood,
    "hour": _hour,
    "skew": _skew,
    "hung": _hung,
}


def _compare(scenario: str, title: str, options: Options, offsets: Sequence[float]) -> list[Run]:
    runs = []
    for way in _ways(options):
        console.log(f"{scenario}: {way.name}, {way.task}")
        runs.append(measuring.measure(scenario, way, offsets))
    console.print(_lateness(title, [(f"{run.way}, {run.task}", run) for run in runs]))
    return runs


def _ways(options: Options) -> list[Way]:
    brokers = (options.broker, options.redis)
    found = [ways.service(task=task, broker=options.broker) for task in (INSERT, EMPTY)]
    found += [ways.dramatiq_alone(task=task, broker=broker) for broker in brokers for task in (INSERT, EMPTY)]
    found += [ways.procrastinate(), ways.poller()]
    chosen = [way for way in found if way.name.startswith(options.way)]
    if any(way.name == "procrastinate" for way in chosen):
        peer_environment.install()
    return chosen


def _ours(runs: Iterable[Run]) -> list[Run]:
    return [run for run in runs if run.way == "service"]


def _aim(what: str, late: float, aim: float) -> None:
    console.print(f"{what} {late:,.0f} ms late (wanted: at most {aim:,})")


def _lateness(title: str, rows: Iterable[tuple[str, Run]]) -> Table:
    table = _table(title, "what", "earliest ms", "p50 ms", "p99 ms", "latest ms", "all after s", "peak MB of each")
    for name, run in rows:
        table.add_row(name, *_cells(run.late), f"{run.seconds:.1f}", " ".join(f"{m:.0f}" for m in run.peak_mb.values()))
    return table


def _cells(late: Lateness) -> list[str]:
    return [f"{each:,.1f}" for each in (late.least, late.p50, late.p99, late.most)]


def _table(title: str, *headings: str) -> Table:
    table = Table(title=title)
    for number, heading in enumerate(headings):
        table.add_column(heading, justify="right" if number else "left")
    return table


def _options() -> Options:
    parser = argparse.ArgumentParser(prog="python -m bench.schedule", description=__doc__)
    parser.add_argument("scenarios", nargs="*", help=f"which of {', '.join(SCENARIOS)} to measure (all)")
    parser.add_argument(
        "--tasks",
        type=int,
        default=10_000,
        help="how many (10,000); twice as many in a flood, ten times as many in an hour",
    )
    parser.add_argument("--seconds", type=float, default=20, help="within how many seconds they are due (20)")
    parser.add_argument("--payouts", type=int, default=5, help="how many shows are paid out, and sales ended (5)")
    parser.add_argument("--window", type=float, default=60, help="how much of the hour is looked at, in seconds (60)")
    parser.add_argument("--whole-hour", action="store_true", help="look at all of it")
    parser.add_argument("--hangs", type=float, default=15, help="for how many seconds a worker is stopped (15)")
    parser.add_argument("--way", default="", help="only the ways whose names begin like this, where ways are compared")
    parser.add_argument("--broker", default="amqp://guest:guest@127.0.0.1:5672", help="the broker of the service")
    parser.add_argument("--redis", default="redis://127.0.0.1:6379/7", help="the Redis of Dramatiq alone")
    parser.add_argument("--quick", action="store_true", help="few tasks, to see that it works")
    parser.add_argument("--out", type=Path, help="a folder to save the figures in, as JSON")
    options = parser.parse_args()
    options.scenarios = options.scenarios or list(SCENARIOS)
    if unknown := set(options.scenarios) - set(SCENARIOS):
        parser.error(f"there is no scenario {', '.join(sorted(unknown))}")
    if options.quick:
        options.tasks, options.seconds, options.payouts, options.window, options.hangs = 500, 4, 2, 5, 5
    return options


if __name__ == "__main__":
    main()
