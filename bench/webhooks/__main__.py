"""Measure the inbox: `python -m bench.webhooks --help`."""

from __future__ import annotations

import argparse
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import environment, reports
from bench.webhooks import house
from bench.webhooks.house import House
from livestream import clock

console = Console(width=130)
RATIO_AIM, RATE_AIM, LATE_AIM, GROWTH_AIM = 20, 2_000, 250, 10
# The earlier revision would take minutes; its rate can be measured in less.
_PATIENCE_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Run:
    """What one revision did.

    `behind`: seconds from the last join until the last webhook is processed. `rate`: webhooks about an
    audience a second, from the backlog. `coming_…` and `late_…`: how late stages are, in ms, while the
    crowd joins and during the backlog. `grown_mb`: memory that a second backlog adds to a worker.
    """

    revision: str
    behind: float
    rate: float
    coming_p50: float
    coming_p99: float
    late_p50: float
    late_p99: float
    grown_mb: float
    peak_mb: float


def main() -> None:
    """Have a crowd join, with an earlier revision and with this code, and show and save the comparison."""
    options = _options()
    started = clock.MachineClock().now()  # the database is not made yet
    before, here = [_measure(revision, options) for revision in (options.before or house.revision_before(), "")]
    console.print(_table([before, here]))
    console.print(f"webhooks a second: {here.rate / before.rate:.0f} times as many (wanted: at least {RATIO_AIM})")
    console.print(f"webhooks a second: {here.rate:,.0f} with {options.workers} workers (wanted: at least {RATE_AIM:,})")
    console.print(f"stages, p99 beside a backlog: {here.late_p99:.0f} ms late (wanted: at most {LATE_AIM})")
    console.print(f"memory: a second backlog added {here.grown_mb:.1f} MB (wanted: at most {GROWTH_AIM})")
    if options.out:
        content = {"runs": [asdict(before), asdict(here)], "viewers": options.viewers}
        console.print(reports.save(name="webhooks", folder=options.out, at=started, content=content))


def _measure(revision: str, options: argparse.Namespace) -> Run:
    url = environment.database_url(suffix="_before" if revision else "")
    about = {"streamers": options.streamers, "workers": options.workers, "turn": options.turn}
    with house.at_work(revision=revision, url=url, **about) as at_work:
        console.log(f"{revision[:12] or 'here'}: the crowd comes")
        began = time.time()
        at_work.run("accept", options.viewers, options.seconds, options.streamers)
        behind = at_work.wait_for_nothing(most=_PATIENCE_SECONDS)
        coming = at_work.lateness(began)
        console.log(f"{behind:.1f} s behind; backlogs")
        _backlog(at_work, options.viewers)
        held = at_work.memory("VmRSS")
        rate, since = _backlog(at_work, options.viewers)
        late = at_work.lateness(since)
        grown = at_work.memory("VmRSS") - held
        at_work.check()
        return Run(revision[:12] or "here", behind, rate, *coming, *late, grown, at_work.memory("VmHWM"))


def _backlog(at_work: House, viewers: int) -> tuple[float, float]:
    """Build up a backlog and have it processed; return webhooks a second, and when it began (unix seconds)."""
    at_work.pause()
    at_work.run("accept", viewers, 0, at_work.streamers)
    waiting, since = at_work.waiting(), time.time()
    began = at_work.go()
    at_work.wait_for_nothing(most=_PATIENCE_SECONDS)
    took = time.monotonic() - began
    return (waiting - at_work.waiting()) / took, since


def _table(runs: list[Run]) -> Table:
    table = Table(title="A crowd comes while streamers perform")
    for heading in (
        "code",
        "s behind",
        "a second",
        "coming: p50 ms",
        "p99 ms",
        "backlog: p50 ms",
        "p99 ms",
        "grown MB",
    ):
        table.add_column(heading, justify="left" if heading == "code" else "right")
    for run in runs:
        late = (f"{each:,.0f}" for each in (run.coming_p50, run.coming_p99, run.late_p50, run.late_p99))
        table.add_row(run.revision, f"{run.behind:.1f}", f"{run.rate:,.0f}", *late, f"{run.grown_mb:.1f}")
    return table


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.webhooks", description=__doc__)
    parser.add_argument("--before", default="", help="the revision to compare with (the last one before this inbox)")
    parser.add_argument("--viewers", type=int, default=10_000, help="how many join (10,000)")
    parser.add_argument("--seconds", type=float, default=10, help="within how many seconds (10)")
    parser.add_argument("--streamers", type=int, default=50, help="how many perform (50)")
    parser.add_argument("--turn", type=float, default=10, help="each comes or leaves every so many seconds (10)")
    parser.add_argument("--workers", type=int, default=2, help="worker processes, each with its relay (2)")
    parser.add_argument("--quick", action="store_true", help="a small crowd, to see that it works")
    parser.add_argument("--out", type=Path, help="a folder to save the figures in, as JSON")
    options = parser.parse_args()
    if options.quick:
        options.viewers, options.seconds = 1_000, 2
    return options


if __name__ == "__main__":
    main()
