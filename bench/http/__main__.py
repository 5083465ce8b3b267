"""Measure reading and paying over HTTP: `python -m bench.http --help`."""

from __future__ import annotations

import argparse
import os
import re
from contextlib import ExitStack
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track

from bench import databases, environment, processes, reports
from bench.http import asking, cells, servers, tables, world
from bench.http.asking import Request
from bench.http.cells import Cell, Tokens
from bench.http.measuring import Measuring, Reading
from bench.world import viewer_id
from livestream import clock
from wallet.verification import verify_ledger

console = Console(width=150)
# The base is measured again after so many cells: other programs may take a part of the machine for a while.
BASE_EVERY = 5
RECONNECT_AIM = 15
PEERS = {
    cells.UNCHECKED: partial(servers.base, checked=False),
    cells.PLAIN: servers.plain_drf,
    cells.STARLETTE: servers.starlette,
}
Readings = dict[Cell, list[Reading]]


def main() -> None:
    """Measure every cell in turn, a few rounds of all, and show and save what was found."""
    options = _options()
    processes.exit_on_sigterm()
    began = datetime.now(UTC)
    with databases.temporary_database(url=environment.database_url()):
        size = world.Size(viewers=max(options.payers, options.clients, cells.VIEWERS), payers=options.payers)
        console.log(f"making {size}")
        world.build(size=size, now=clock.now())
        if options.profile:
            _profile(options)
            return
        content = _measure(options)
        if wrong := verify_ledger():
            raise RuntimeError("; ".join(map(str, wrong)))
        if options.out:
            console.print(reports.save(name="http", folder=options.out, at=began, content=content))


def _measure(options: argparse.Namespace) -> dict[str, Any]:
    folder = Path(os.environ["LIVESTREAM_VAR"])
    chosen = [cell for cell in cells.CELLS if _is_chosen(cell, options.way)]
    with ExitStack() as stack:
        ready = {
            cells.BASE: stack.enter_context(servers.base(folder=folder)),
            cells.SERVICE: stack.enter_context(
                servers.service(broker=options.broker, cache=options.cache, folder=folder)
            ),
        }
        for name, peer in PEERS.items():
            if any(cell.server == name for cell in chosen):
                ready[name] = stack.enter_context(peer(folder=folder))
        loader = servers.Loader()
        stack.callback(loader.close)
        measuring = Measuring(servers=ready, loader=loader, tokens=_tokens(cells.VIEWERS), folder=folder)
        for each in {cell.server: cell for cell in (cells.THE_BASE, *reversed(chosen))}.values():
            measuring.warm_up(each)
        readings = _rounds(measuring, chosen, options)
        if chosen:
            console.print(tables.table(readings), tables.about_load(readings), tables.verdict(readings), sep="\n")
        reconnected = None
        if "reconnect".startswith(options.way):
            reconnected = _reconnect(measuring, options.clients)
    return {
        "options": {name: str(value) for name, value in vars(options).items()},
        "cells": [_saved(cell, readings) for cell in readings],
        "reconnect": reconnected,
    }


def _is_chosen(cell: Cell, name: str) -> bool:
    """Return whether a cell has this name or, if none has, one that begins like it."""
    exact = any(each.name == name for each in cells.CELLS)
    return cell.name == name if exact else cell.name.startswith(name)


def _profile(options: argparse.Namespace) -> None:
    """Print, or write into the folder, where the time of each chosen cell goes."""
    folder, tokens = Path(os.environ["LIVESTREAM_VAR"]), _tokens(cells.VIEWERS)
    for cell in cells.CELLS:
        if cell.server != cells.SERVICE or cell.tagged or not _is_chosen(cell, options.profile):
            continue
        requests = asking.write(cell.requests(tokens), folder / "requests.json")
        text = f"{cell.name}: {servers.profile(requests=requests, calls=options.calls, cache=options.cache)}"
        if not options.out:
            print(text)
            continue
        options.out.mkdir(parents=True, exist_ok=True)
        path = options.out / f"http-{re.sub('[^a-z0-9]+', '-', cell.name)}.txt"
        path.write_text(text)
        console.print(path)


def _rounds(measuring: Measuring, chosen: list[Cell], options: argparse.Namespace) -> Readings:
    readings: Readings = {cells.THE_BASE: []} if chosen else {}
    in_turn: list[Cell] = []
    for place, cell in enumerate(chosen):
        in_turn += [cell] if place % BASE_EVERY else [cells.THE_BASE, cell]
    rounds = in_turn * options.rounds
    for cell in track(rounds, console=Console(stderr=True), description="Measuring"):
        readings.setdefault(cell, []).append(measuring.measure(cell, seconds=options.seconds))
    return readings


def _reconnect(measuring: Measuring, clients: int) -> list[dict[str, Any]]:
    tokens = _tokens(clients)
    return [_reconnect_with(measuring, clients, calls(tokens)) for calls in (cells.first_calls, cells.all_calls)]


def _reconnect_with(measuring: Measuring, clients: int, requests: list[Request]) -> dict[str, Any]:
    seconds, reading = measuring.reconnect(requests)
    console.print(
        f"reconnect, {len(requests) // clients} requests each: {clients:,} clients, {len(requests):,} requests in "
        f"{seconds:.1f} s (wanted: at most {RECONNECT_AIM} s for 10,000); "
        f"{reading.per_second:,.0f} requests/s, p99 {reading.p99:.0f} ms, "
        f"CPU {reading.cpu_ms:.2f} ms"
    )
    return {"clients": clients, "requests": len(requests), "seconds": seconds, **asdict(reading)}


def _tokens(viewers: int) -> Tokens:
    numbered = [viewer_id(number) for number in range(1, viewers + 1)]
    tokens = asking.sign_in([*numbered, world.CROWD, world.STAFF])
    return Tokens({each: tokens[each] for each in numbered}, tokens[world.CROWD], tokens[world.STAFF])


def _saved(cell: Cell, readings: Readings) -> dict[str, Any]:
    about = {"name": cell.name, "server": cell.server, "ratio": tables.ratio(cell, readings)}
    return about | {"wanted": [cell.ratio, cell.ms], "readings": [asdict(each) for each in readings[cell]]}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.http", description=__doc__)
    parser.add_argument("--seconds", type=float, default=4, help="how long to measure each cell (4)")
    parser.add_argument("--rounds", type=int, default=2, help="how often to measure each cell (2)")
    parser.add_argument("--quick", action="store_true", help="one round of one second, to see that it works")
    parser.add_argument("--way", default="", help="only this cell, such as 'goal', or cells that begin like it")
    parser.add_argument("--cache", default="locmem://", help="the service's cache (locmem://, one in each process)")
    parser.add_argument("--broker", default="redis://127.0.0.1:6379/7", help="the service's broker")
    parser.add_argument("--payers", type=int, default=100_000, help="how many paid for a goal with a crowd (100,000)")
    parser.add_argument("--clients", type=int, default=10_000, help="how many clients connect again (10,000)")
    parser.add_argument("--profile", default="", help="instead, profile the cells that are chosen like this")
    parser.add_argument("--calls", type=int, default=1_000, help="how many calls are profiled (1,000)")
    parser.add_argument("--out", type=Path, help="a folder to save the figures in, as JSON")
    options = parser.parse_args()
    if options.quick:
        options.seconds, options.rounds, options.payers, options.clients = 1, 1, 2_000, 200
    return options


if __name__ == "__main__":
    main()
