"""A fleet: web, workers and relays as separate processes over one database, in which a test can order faults."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import requests

from settings.environment import BASE_DIR
from tests.process import faulty
from tests.process.databases import Postgres
from tests.process.house import House
from tests.process.stamps import Stamps
from tests.support.ports import free_port
from tests.support.waiting import until

SECRET_KEY = "a key that all processes of a fleet share, as in production; 50 characters"


class Fleet:
    """Starts, stops, continues and kills single processes, by names such as `worker-1`."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.folder = house.var / "faults"
        self.folder.mkdir()
        assert isinstance(house.database, Postgres)
        self.stamps = Stamps(house.database)
        self.ports: dict[str, int] = {}
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, *names: str, **environment: str) -> None:
        """Start processes whose names begin with their kind, and return once they run."""
        for name in names:
            self._start(name, environment)
        for name in names:
            until(lambda name=name: self._runs(name), what=f"{name} to run", seconds=120, every=0.1)

    def kill(self, name: str) -> None:
        """Kill a process, whether it is stopped or not, as the loss of its machine would."""
        process = self._processes.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=60)

    def kill_all(self) -> None:
        """Kill all processes that still run."""
        for name in list(self._processes):
            self.kill(name)

    def order_stop(self, kind: str, *, within: str, sql: str) -> None:
        """Order a process of this kind to stop at its first statement like `sql` below the function `within`."""
        (self.folder / f"{kind}.stopped").unlink(missing_ok=True)
        prepared = self.folder / f"{kind}.prepared"
        prepared.write_text(json.dumps({"within": within, "sql": sql}))
        prepared.rename(self.folder / f"{kind}.stop")

    def stopped(self, kind: str) -> int | None:
        """Return the id of the process that has stopped as ordered; None until one has."""
        mark = self.folder / f"{kind}.stopped"
        if not mark.exists():
            return None
        state = Path(f"/proc/{mark.read_text()}/stat").read_text().rpartition(")")[2].split()[0]
        return int(mark.read_text()) if state == "T" else None

    def name_of(self, pid: int) -> str:
        """Return the name of the worker or relay with this id."""
        return next(name for name, process in self._processes.items() if process.pid == pid)

    def set_clocks(self, offsets: Mapping[str, float]) -> None:
        """Order by how many seconds each machine's clock is off."""
        for name, seconds in offsets.items():
            (self.folder / f"{name}.ordered").write_text(str(float(seconds)))
            (self.folder / f"{name}.ordered").rename(self.folder / f"{name}.clock")

    def clock_of(self, name: str) -> float:
        """Return by how much a process has set its clock, 0 where it has not."""
        mark = self.folder / f"{name}.clock-is-set"
        return float(mark.read_text()) if mark.exists() else 0.0

    def address(self, name: str) -> str:
        """Return where a web process serves."""
        return f"http://127.0.0.1:{self.ports[name]}"

    def ask(self, name: str, path: str) -> requests.Response:
        """Send a GET on a connection of its own."""
        return requests.get(self.address(name) + path, timeout=60)

    def is_done(self) -> bool:
        """Return whether nothing that is due is left to do."""
        return not self.stamps.due() and not self.stamps.uncounted()

    def assert_all_is_done(self) -> None:
        """Wait until all work is done; none of it may be dead."""
        until(self.is_done, what="all work to be done", seconds=60)
        assert self.stamps.dead() == []

    @property
    def said(self) -> str:
        """What the processes have logged."""
        return self.house.log.read_text()

    def _start(self, name: str, environment: Mapping[str, str]) -> None:
        kind = name.partition("-")[0]
        (self.folder / f"{name}.started").unlink(missing_ok=True)
        own = {"SECRET_KEY": SECRET_KEY, faulty.FOLDER: str(self.folder)}
        if kind == "web":
            # The first web process has the address of the house.
            self.ports[name] = free_port() if self.ports else self.house.port
            own[faulty.PORT] = str(self.ports[name])
        with self.house.log.open("ab") as log:
            self._processes[name] = subprocess.Popen(
                [sys.executable, "-m", "tests.process.faulty", kind, name],
                cwd=BASE_DIR,
                env={**self.house.environment, **own, **environment},
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,  # gunicorn's processes end with it
            )

    def _runs(self, name: str) -> bool:
        assert self._processes[name].poll() is None, f"{name} ended:\n{self.said[-3000:]}"
        if not name.startswith("web"):
            return (self.folder / f"{name}.started").exists()
        try:
            return self.ask(name, "/healthz").status_code == 200
        except requests.ConnectionError:
            return False
