"""Processes that a benchmark starts: they end with it, however it ends, and their CPU and memory are read."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

ROOT = Path(__file__).parents[1]
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Process:
    """A running program with its children, such as the workers of gunicorn."""

    name: str
    popen: subprocess.Popen[bytes]
    log: Path

    def pids(self) -> list[int]:
        """Return the ids of the program and of its direct children."""
        own = self.popen.pid
        children = Path(f"/proc/{own}/task/{own}/children")
        return [own, *map(int, children.read_text().split())]

    def cpu_seconds(self) -> float:
        """Return the CPU time that the program and its children have used, user and system."""
        return sum(_cpu_seconds(pid) for pid in self.pids())

    def memory_kb(self, field: str = "VmRSS") -> dict[int, int]:
        """Return the memory of each of its processes in KB by its id."""
        return {pid: _memory_kb(pid, field) for pid in self.pids()}

    def require_running(self) -> None:
        """Raise RuntimeError with the end of its log where it has ended."""
        if self.popen.poll() is not None:
            raise RuntimeError(f"{self.name} ended:\n{self.tail()}")

    def tail(self) -> str:
        """Return the end of what it has logged."""
        return self.log.read_text(errors="replace")[-3000:] if self.log.exists() else ""

    def stop(self) -> None:
        """Ask it to end, and kill it and its children after ten seconds."""
        self.popen.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.popen.wait(timeout=10)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.popen.pid, signal.SIGKILL)
        self.popen.wait()
        _tell_guardian(f"-{self.popen.pid}")


def start(name: str, line: Sequence[str], *, environment: Mapping[str, str], folder: Path, cwd: Path = ROOT) -> Process:
    """Start a program in a process group of its own, which logs into the folder."""
    log = folder / f"{name.replace(' ', '-')}.log"
    with log.open("wb") as file:
        popen = subprocess.Popen(
            line,
            cwd=cwd,
            env=os.environ | environment,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            start_new_session=True,
        )
    _tell_guardian(f"+{popen.pid}")
    return Process(name, popen, log)


@cache
def _guardian() -> subprocess.Popen[str]:
    """Start the process that kills the others if this one is killed."""
    line = [sys.executable, str(ROOT / "bench" / "guardian.py")]
    return subprocess.Popen(line, stdin=subprocess.PIPE, text=True, start_new_session=True)


def _tell_guardian(change: str) -> None:
    pipe = _guardian().stdin
    assert pipe is not None
    print(change, file=pipe, flush=True)


def exit_on_sigterm() -> None:
    """Have SIGTERM unwind the stack, so that what was started is stopped and what was made is dropped."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))


def free_port() -> int:
    """Return a port on which nobody listens."""
    with socket.socket() as own:
        own.bind(("127.0.0.1", 0))
        return int(own.getsockname()[1])


def wait_for_http(process: Process, url: str, *, seconds: float = 60) -> None:
    """Wait until the address answers with a status below 500; RuntimeError where the process ends or stays silent."""

    def answers() -> bool:
        try:
            with urlopen(url, timeout=5) as answer:  # noqa: S310 - our own address
                return bool(answer.status < 500)
        except (URLError, ConnectionError, TimeoutError):
            return False

    wait_until(answers, process=process, what=f"{process.name} to answer", seconds=seconds)


def wait_until(holds: Callable[[], bool], *, what: str, seconds: float, process: Process | None = None) -> None:
    """Wait until `holds` returns true; RuntimeError after `seconds`, or where the process ends before."""
    until = time.monotonic() + seconds
    while not holds():
        if process is not None:
            process.require_running()
        if time.monotonic() > until:
            raise RuntimeError(f"Waited {seconds:g} s in vain for {what}.\n{process.tail() if process else ''}")
        time.sleep(0.05)


def _cpu_seconds(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _memory_kb(pid: int, field: str) -> int:
    name = "smaps_rollup" if field == "Pss" else "status"
    try:
        found = re.search(rf"^{field}:\s+(\d+) kB$", Path(f"/proc/{pid}/{name}").read_text(), re.MULTILINE)
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return 0
    return int(found[1]) if found else 0
