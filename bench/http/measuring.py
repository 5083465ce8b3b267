"""Measuring a cell: load, latency, and the CPU time of the server."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import idle
from bench.http import asking, world
from bench.http.asking import Request
from bench.http.cells import Cell, Tokens
from bench.http.servers import Loader, Server

CONNECTIONS = 16
WARM_UP = 0.5
_LONGEST_REST = 30
# On a busy machine, a server may take seconds for its first answers.
_WARM_UPS = 5


@dataclass(frozen=True, slots=True)
class Reading:
    """One measurement: requests a second, latency (ms), and the server's CPU (ms a request).

    `load` is the CPU of the load generator as a part of the server's, `bytes` the size of an answer with its head,
    `unchanged` the part of the answers that were 304.
    """

    per_second: float
    p50: float
    p95: float
    p99: float
    cpu_ms: float
    load: float
    bytes: float
    unchanged: float


class Measuring:
    """Puts the cells' requests before the servers."""

    def __init__(self, *, servers: Mapping[str, Server], loader: Loader, tokens: Tokens, folder: Path) -> None:
        self._servers, self._loader, self._tokens, self._folder = servers, loader, tokens, folder

    def warm_up(self, cell: Cell) -> None:
        """Have each process of a server import and compile what its first requests need, a few at a time.

        A process of the service that takes a second for its first requests refuses others meanwhile.
        """
        requests = cell.requests(self._tokens)
        for _ in range(_WARM_UPS):
            if self._run(cell, requests, mode="cycle", connections=4, seconds=2)["requests"]:
                return

    def measure(self, cell: Cell, *, seconds: float) -> Reading:
        """Measure a cell; RuntimeError where an answer has another status than it should."""
        idle.wait_until_idle(what="the tasks of the cell before", seconds=_LONGEST_REST)
        requests = cell.requests(self._tokens)
        if cell.tagged:
            requests = [asking.if_changed(request) for request in requests]
        connections = 1 if cell.ms else CONNECTIONS
        mode = "tagged" if cell.tagged else "cycle"
        with world.nobody_on_stage() if cell.calm else nullcontext():
            return self._load(cell, requests, mode=mode, connections=connections, seconds=seconds)

    def reconnect(self, requests: list[Request]) -> tuple[float, Reading]:
        """Send the requests of reconnecting clients once each; return the seconds that all take, and the reading.

        If they would take more than two minutes, the seconds follow from what was answered by then.
        """
        idle.wait_until_idle(what="the tasks of the cell before", seconds=_LONGEST_REST)
        reading = self._load(Cell("reconnect", lambda _: requests), requests, mode="once", connections=CONNECTIONS)
        return len(requests) / reading.per_second, reading

    def _load(self, cell: Cell, requests: list[Request], *, mode: str, connections: int, seconds: float = 0) -> Reading:
        process = self._servers[cell.server].process
        process.require_running()
        before = process.cpu_seconds()
        done = self._run(cell, requests, mode=mode, connections=connections, seconds=seconds)
        cpu = process.cpu_seconds() - before
        if not done["requests"]:
            raise RuntimeError(f"{cell.name}: no answer within {seconds} s")
        return _reading(done, cpu)

    def _run(
        self, cell: Cell, requests: list[Request], *, mode: str, connections: int, seconds: float
    ) -> Mapping[str, Any]:
        file = asking.write(requests, self._folder / "requests.json")
        done = self._loader.run(
            port=self._servers[cell.server].port,
            file=str(file),
            connections=connections,
            seconds=seconds,
            warm_up=0 if mode == "once" else WARM_UP,
            mode=mode,
            expect=[200, 304] if cell.tagged else [cell.expect],
        )
        if done["wrong"]:
            said = self._servers[cell.server].process.tail()
            raise RuntimeError(f"{cell.name}: {done['wrong']} wrong answers, such as\n{done['example']}\n{said}")
        return done


def _reading(done: Mapping[str, float], cpu: float) -> Reading:
    return Reading(
        per_second=done["requests"] / done["seconds"],
        p50=done["p50"],
        p95=done["p95"],
        p99=done["p99"],
        cpu_ms=1000 * cpu / done["all"],
        load=done["cpu"] / cpu if cpu else 0,
        bytes=done["bytes"],
        unchanged=done["unchanged"] / done["requests"],
    )
