"""Half an hour of mixed load: `python -m bench.soak --help`."""

from __future__ import annotations

import argparse
import os
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from rich.console import Console

from bench import databases, environment, idle, processes, reports
from bench.soak import capacity, growth, house, streamers, tables, viewers, watching, world
from bench.soak.house import House
from bench.soak.notes import Notes
from bench.soak.people import Member
from bench.soak.watching import Sample
from livestream.models import OutboxMessage
from wallet.verification import verify_ledger

console = Console(width=240)
READERS, BUYERS, CASTS, CROWD = 6, 2, 2, 60
STRANGERS, AUDIENCE_EVENTS = 10, 10
# Memory is compared from here on, as a part of the run: before, caches and plans fill up.
EARLY = 1 / 6
MOST_GROWTH = 0.05
# Calls that an overloaded service may refuse, as a part of all.
MOST_REFUSED = 0.001
# In a shorter run, caches still fill up.
JUDGED_MINUTES = 10
_LOOKS = 30
_DRAIN_SECONDS = 120
Role = Callable[[], None]


def main() -> None:
    """Play, watch, and say what was found; the exit code is 1 where something was not as it should be."""
    options = _options()
    processes.exit_on_sigterm()
    with databases.temporary_database(url=environment.database_url()):
        world.build(users=2 * streamers.CAST_SIZE * CASTS + CROWD + STRANGERS)
        wrong = _run(options)
    for each in wrong:
        console.print(f"[bold]not as wanted[/bold]: {each}")
    if not _is_long(options):
        console.print(f"Growth is not judged in less than {JUDGED_MINUTES} minutes.")
    console.print("failed" if wrong else "passed")
    sys.exit(1 if wrong else 0)


def _run(options: argparse.Namespace) -> list[str]:
    folder, began_at = Path(os.environ["LIVESTREAM_VAR"]), datetime.now(UTC)
    kept = max(round(options.minutes * 6), 40)
    notes = Notes()
    with house.running(broker=options.broker, cache=options.cache, kept=kept, folder=folder) as service:
        everybody = world.members(port=service.port)
        console.log(f"signing {len(everybody)} users in")
        for member in everybody:
            member.headers()
        rate = options.rate or capacity.third(service, everybody[-STRANGERS:], folder=folder)
        console.log(f"{options.minutes:g} minutes, {rate:.0f} reads a second; rows are kept for {kept} s")
        began = time.monotonic()
        samples = _play(service, _roles(everybody, service.port, notes, rate), notes, options.minutes, began)
        ended = time.monotonic()
        idle.wait_until_idle(what="the last tasks", seconds=_DRAIN_SECONDS)
    return _report(notes, samples, began, ended, options, began_at)


def _roles(everybody: list[Member], port: int, notes: Notes, rate: float) -> list[Role]:
    """Return what everybody does, each role as one thread."""
    board = viewers.Board()
    size = streamers.CAST_SIZE
    casts = [everybody[number * size : (number + 1) * size] for number in range(CASTS + 1)]
    crowd = viewers.Audience(port, everybody[-CROWD - STRANGERS : -STRANGERS], board, notes)
    strangers = viewers.Audience(port, everybody[-STRANGERS:], board, notes)
    about = {"port": port, "notes": notes}
    return [
        *(partial(viewers.read_on, crowd, per_second=rate / READERS) for _ in range(READERS)),
        *(partial(viewers.buy_on, crowd, per_second=max(rate / 10, 2) / BUYERS) for _ in range(BUYERS)),
        partial(viewers.come_and_go, strangers, per_second=0.2),
        partial(viewers.fill_channels, crowd, per_second=1, events=AUDIENCE_EVENTS),
        partial(viewers.follow_events, crowd, casts[-1][0]),
        *(partial(streamers.tell_stories, cast, seed=seed, **about) for seed, cast in enumerate(casts[:-1])),
        partial(streamers.hold_evenings, casts[-1], board=board, tickets=max(round(rate), 20), **about),
    ]


def _play(service: House, roles: list[Role], notes: Notes, minutes: float, began: float) -> list[Sample]:
    """Have everybody play, and look at the service once a minute, in a shorter run more often."""
    threads = [threading.Thread(target=partial(_guarded, role, notes), daemon=True) for role in roles]
    samples = [watching.look(service, began=began)]
    for thread in threads:
        thread.start()
    pause = max(60 * minutes / _LOOKS, 5)
    try:
        while len(samples) * pause <= 60 * minutes:
            time.sleep(max(0.0, began + len(samples) * pause - time.monotonic()))
            watching.vacuum()
            samples.append(watching.look(service, began=began))
            console.log(_remark(samples[-1], notes))
    finally:
        notes.stopping.set()
        for thread in threads:
            thread.join(timeout=_DRAIN_SECONDS)
    return samples


def _guarded(role: Role, notes: Notes) -> None:
    while not notes.stopping.wait(1):
        try:
            role()
        except Exception as error:  # noqa: BLE001 - it is reported in the end
            notes.fail_with(f"the thread of {getattr(role, 'func', role).__name__} ended", error)


def _remark(sample: Sample, notes: Notes) -> str:
    held = ", ".join(f"{name} {kilobytes / 1024:.0f} MB" for name, kilobytes in sample.resident.items())
    waiting = sample.rows["livestream_outboxmessage"]
    played = f"{len(notes.calls):,} calls, {len(notes.failures)} failures"
    return f"minute {sample.at / 60:.1f}: {held}; {waiting} tasks wait; {played}"


def _report(
    notes: Notes, samples: list[Sample], began: float, ended: float, options: argparse.Namespace, at: datetime
) -> list[str]:
    """Print what was found, and return what is not as it should be."""
    verdicts = growth.judge([sample.rows for sample in samples])
    early = samples[max(round(EARLY * (len(samples) - 1)), 1)]
    console.print(tables.memory(early=early, last=samples[-1], most=MOST_GROWTH))
    console.print(tables.rows(samples, verdicts), tables.latency(notes, began=began, ended=ended), sep="\n")
    console.print(", ".join(f"{number:,} {what}" for what, number in sorted(notes.done.items())))
    wrong = [*notes.failures[:10], *(str(finding) for finding in verify_ledger())]
    wrong += [f"{each.table} grows" for each in verdicts if not each.is_right] if _is_long(options) else []
    wrong += _memory_growth(early, samples[-1]) if _is_long(options) else []
    if (refused := notes.refused()) > MOST_REFUSED * len(notes.calls):
        wrong.append(f"{refused} calls were refused because the service was overloaded")
    if dead := OutboxMessage.objects.exclude(failed_at=None).count():
        wrong.append(f"{dead} tasks failed for good")
    if options.out:
        content = {
            "options": {name: str(value) for name, value in vars(options).items()},
            "samples": [asdict(sample) for sample in samples],
            "done": notes.done,
            "wrong": wrong,
        }
        console.print(reports.save(name="soak", folder=options.out, at=at, content=content))
    return wrong


def _is_long(options: argparse.Namespace) -> bool:
    return bool(options.minutes >= JUDGED_MINUTES)


def _memory_growth(early: Sample, last: Sample) -> list[str]:
    changes = {name: last.resident[name] / before - 1 for name, before in early.resident.items()}
    return [f"{name} grew by {change:.1%}" for name, change in changes.items() if change > MOST_GROWTH]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30, help="how long (30); 3 are enough to see that it works")
    parser.add_argument("--rate", type=float, default=0, help="reads a second (a third of what the machine can do)")
    parser.add_argument("--cache", default="redis://127.0.0.1:6379/6", help="the service's cache")
    parser.add_argument("--broker", default="amqp://guest:guest@127.0.0.1:5672", help="the service's broker")
    parser.add_argument("--out", type=Path, help="a folder to save the figures in, as JSON")
    return parser.parse_args()


if __name__ == "__main__":
    main()
