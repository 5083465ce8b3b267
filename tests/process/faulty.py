"""Starts one process of the service, in which a test can order faults: `python -m tests.process.faulty worker NAME`.

No code of the product is changed. The process looks into the folder of orders (`FAULTS_FOLDER`) after each SQL
statement, to stop inside a transaction, and every 50 milliseconds, to set its clock.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import re
import signal
import sys
import threading
import time
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any

FOLDER, FORGOTTEN, PORT = "FAULTS_FOLDER", "FAULTS_FORGOTTEN", "FAULTS_PORT"
WEB_THREADS = "8"
_PAUSE_SECONDS = 0.05


class MachineClock:
    """This machine's clock as Python code sees it, which can be set; steady clocks are not changed."""

    offset = 0.0
    _time, _time_ns = time.time, time.time_ns

    def replace(self) -> None:
        """Replace the clock that all code reads; called before other imports, which may keep the old functions."""
        time.time, time.time_ns = self._read, self._read_ns  # type: ignore[assignment]
        # The members of a built-in class cannot be assigned, so its dictionary is changed directly.
        members = gc.get_referents(datetime.__dict__)[0]
        members["now"] = classmethod(lambda cls, tz=None: self._now(cls, tz))
        members["utcnow"] = classmethod(lambda cls: self._now(cls, UTC).replace(tzinfo=None))
        ctypes.pythonapi.PyType_Modified(ctypes.py_object(datetime))

    def _read(self) -> float:
        return MachineClock._time() + self.offset

    def _read_ns(self) -> int:
        return MachineClock._time_ns() + round(self.offset * 1_000_000_000)

    def _now(self, cls: type[datetime], tz: tzinfo | None) -> datetime:
        return cls.fromtimestamp(self._read(), tz)


class Faults:
    """Follows the orders for this process: `KIND.stop` is for all of its kind, `NAME.clock` for it alone."""

    def __init__(self, *, kind: str, name: str, machine: MachineClock) -> None:
        folder = Path(os.environ[FOLDER])
        self._stop, self._taken, self._stopped = (folder / f"{kind}.{each}" for each in ("stop", "taken", "stopped"))
        self._clock, self._clock_is_set = folder / f"{name}.clock", folder / f"{name}.clock-is-set"
        self._machine = machine

    def watch(self, connection: Any, **_: object) -> None:
        """Follow the statements of a connection that was just opened."""
        if self._after_statement not in connection.execute_wrappers:
            connection.execute_wrappers.append(self._after_statement)

    def follow_clock(self) -> None:
        """Set this machine's clock whenever that is ordered, in a separate thread."""
        threading.Thread(target=self._set_clock_as_ordered, name="machine clock", daemon=True).start()

    def _set_clock_as_ordered(self) -> None:
        while True:
            if self._clock.exists() and (ordered := self._clock.read_text()) != str(self._machine.offset):
                self._machine.offset = float(ordered)
                partial = self._clock_is_set.with_suffix(f".{os.getpid()}")
                partial.write_text(ordered)
                partial.rename(self._clock_is_set)
            time.sleep(_PAUSE_SECONDS)

    def _after_statement(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        result = execute(sql, params, many, context)
        if self._stop.exists():
            self._stop_at(str(sql))
        return result

    def _stop_at(self, sql: str) -> None:
        """Stop after the ordered statement. Only the process that renames the order stops, so it happens once."""
        try:
            order = json.loads(self._stop.read_text())
            if not (re.search(order["sql"], sql) and _is_within(order["within"])):
                return
            self._stop.rename(self._taken)
        except FileNotFoundError:  # another process took it
            return
        self._taken.write_text(str(os.getpid()))
        self._taken.rename(self._stopped)
        os.kill(os.getpid(), signal.SIGSTOP)


def _is_within(function: str) -> bool:
    frame = sys._getframe()
    while frame is not None and frame.f_code.co_name != function:
        frame = frame.f_back  # type: ignore[assignment]
    return frame is not None


def _forget(names: list[str]) -> None:
    """Remove events (`session.changed`) and receivers (`user.blocked:release`) that an older release does not have."""
    from livestream.events import registry
    from livestream.events.signals import DomainSignal

    for name in names:
        forgotten = registry._receivers if ":" in name else DomainSignal.registry
        del forgotten[name]  # type: ignore[attr-defined]


def run_worker() -> None:
    import dramatiq

    dramatiq.Worker(dramatiq.get_broker(), worker_threads=8).start()
    signal.pause()


def run_relay() -> None:
    from livestream.outbox import relaying

    relaying.run(threading.Event())


def run_web() -> None:
    from gunicorn.app import wsgiapp

    bind = f"127.0.0.1:{os.environ[PORT]}"
    sys.argv = ["gunicorn", "livestream.wsgi", "--bind", bind, "--workers", "1", "--threads", WEB_THREADS]
    wsgiapp.run()


def main(kind: str, name: str) -> None:
    os.environ["PROCESS_KIND"] = kind
    machine = MachineClock()
    machine.replace()
    faults = Faults(kind=kind, name=name, machine=machine)
    faults.follow_clock()
    os.register_at_fork(after_in_child=faults.follow_clock)  # in gunicorn's workers
    import django
    from django.db.backends.signals import connection_created

    connection_created.connect(faults.watch)
    if kind != "web":  # gunicorn's main process does not load Django
        django.setup()
        _forget([each for each in os.environ.get(FORGOTTEN, "").split(",") if each])
    (Path(os.environ[FOLDER]) / f"{name}.started").touch()
    {"worker": run_worker, "relay": run_relay, "web": run_web}[kind]()


if __name__ == "__main__":
    main(*sys.argv[1:])
