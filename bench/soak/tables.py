"""What a run found, as tables in Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.table import Table

from bench.soak.growth import Verdict
from bench.soak.notes import Notes
from bench.soak.watching import Sample

QUARTERS = 4


def memory(*, early: Sample, last: Sample, most: float) -> Table:
    """Return the memory of each kind of process early in the run and at its end."""
    at = f"minute {early.at / 60:.0f}"
    shown = _table("process", f"MB, {at}", f"MB, minute {last.at / 60:.0f}", "change", "proportional MB", "wanted")
    for name, before in early.resident.items():
        change = last.resident[name] / before - 1
        proportional = f"{early.proportional[name] / 1024:.1f} → {last.proportional[name] / 1024:.1f}"
        numbers = (f"{before / 1024:.1f}", f"{last.resident[name] / 1024:.1f}", f"{change:+.1%}")
        shown.add_row(name, *numbers, proportional, f"within {most:.0%}")
    return shown


def rows(samples: Sequence[Sample], verdicts: Sequence[Verdict]) -> Table:
    """Return the rows of each table at each quarter, and why a table may grow."""
    looks = [samples[round(part * (len(samples) - 1) / QUARTERS)] for part in range(QUARTERS + 1)]
    shown = _table("table", *(f"minute {look.at / 60:.{0 if looks[-1].at > 600 else 1}f}" for look in looks), "", "why")
    for verdict in verdicts:
        counted = [f"{look.rows[verdict.table]:,}" for look in looks]
        grows = "grows" if verdict.grew else ""
        shown.add_row(verdict.table, *counted, grows if verdict.is_right else f"**{grows or 'unknown'}**", verdict.why)
    return shown


def latency(notes: Notes, *, began: float, ended: float) -> Table:
    """Return p50, p95 and p99 of each kind of call by quarter."""
    quarter = (ended - began) / QUARTERS
    shown = _table("calls", *(f"quarter {number + 1}: p50 / p95 / p99 ms" for number in range(QUARTERS)))
    for kind in sorted({call.kind for call in notes.calls}):
        cells = []
        for number in range(QUARTERS):
            since = began + number * quarter
            cuts = notes.percentiles(kind, since=since, until=since + quarter)
            cells.append(" / ".join(f"{cut:,.0f}" for cut in cuts))
        shown.add_row(kind, *cells)
    return shown


def _table(*headings: str) -> Table:
    table = Table(box=box.MARKDOWN)
    for number, heading in enumerate(headings):
        is_text = number == 0 or heading == "why"
        table.add_column(heading, justify="left" if is_text else "right", no_wrap=True)
    return table
