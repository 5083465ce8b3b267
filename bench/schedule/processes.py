"""The processes of a measurement: they answer over pipes, can be suspended, and their memory is read."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Command:
    """How to start a process: its name here, its command line, and what is added to its environment."""

    name: str
    line: Sequence[str]
    environment: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Process:
    """A process that prints `ready` once, and then answers each line with one of JSON."""

    name: str
    popen: subprocess.Popen[str]

    def ask(self, line: str) -> Any:
        """Send a line and return the answer."""
        assert self.popen.stdin is not None
        print(line, file=self.popen.stdin, flush=True)
        return json.loads(self._read())

    def wait_until_ready(self) -> None:
        """Wait for `ready`; RuntimeError where the process ended instead."""
        if self._read().strip() != "ready":
            raise RuntimeError(f"{self.name} did not start")

    def memory(self, field: str) -> float:
        """Return its memory in MB: `VmRSS` now, `VmHWM` at most so far."""
        status = Path(f"/proc/{self.popen.pid}/status").read_text()
        found = re.search(rf"^{field}:\s+(\d+) kB$", status, re.MULTILINE)
        return int(found[1]) / 1024 if found else 0.0

    def suspend(self) -> None:
        """Stop it where it is, as a paused machine is stopped."""
        os.kill(self.popen.pid, signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on."""
        os.kill(self.popen.pid, signal.SIGCONT)

    def _read(self) -> str:
        assert self.popen.stdout is not None
        return self.popen.stdout.readline()


@contextmanager
def running(commands: Sequence[Command]) -> Iterator[list[Process]]:
    """Run these processes until the block ends, which begins when all are ready."""
    started: list[Process] = []
    try:
        started += [_start(each) for each in commands]
        for process in started:
            process.wait_until_ready()
        yield started
    finally:
        for process in started:
            process.popen.kill()
            process.popen.wait()


def _start(command: Command) -> Process:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **command.environment}
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    return Process(command.name, subprocess.Popen(command.line, env=environment, cwd=ROOT, text=True, **pipes))
