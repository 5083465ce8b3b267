"""The servers that are measured, each with two processes; only one of them has something to do at a time."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import processes
from bench.processes import Process
from bench.schedule import brokers

NAMESPACE = "bench-http"
WORKERS, THREADS = 2, 8
_HERE = Path(__file__).parent
_PEERS = _HERE / "peers"
# Limits that nobody reaches: every call is counted nevertheless.
_NO_REFUSALS = dict.fromkeys(
    ("THROTTLE_READ", "THROTTLE_WRITE", "THROTTLE_PAY", "THROTTLE_CHANNEL_AUTH"), str(1_000_000_000)
)
SERVICE = {
    **_NO_REFUSALS,
    "BROKER_NAMESPACE": NAMESPACE,
    "PUSHER_PROVIDER": "local",
    "LOG_LEVEL": "INFO",
    "LOG_STYLE": "json",
}


@dataclass(frozen=True, slots=True)
class Server:
    """A process that answers on a port."""

    process: Process
    port: int


class Loader:
    """The load generator."""

    def __init__(self) -> None:
        line = [sys.executable, str(_HERE / "loader.py")]
        self._popen = subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(self, **job: Any) -> dict[str, Any]:
        """Carry out a job, and return what it measured (see `loader.py`)."""
        assert self._popen.stdin is not None
        assert self._popen.stdout is not None
        print(json.dumps(job), file=self._popen.stdin, flush=True)
        answer = self._popen.stdout.readline()
        if not answer:
            raise RuntimeError("the load generator ended")
        return dict(json.loads(answer))

    def close(self) -> None:
        """End the process."""
        self._popen.kill()
        self._popen.wait()


@contextmanager
def service(*, broker: str, cache: str, folder: Path) -> Iterator[Server]:
    """Run the service as in production: gunicorn, a worker and a relay."""
    environment = SERVICE | {"BROKER_URL": broker, "CACHE_URL": cache}
    with ExitStack() as stack:
        stack.enter_context(brokers.own_queues(broker, namespace=NAMESPACE))
        worker = ["rundramatiq", "--processes", "1", "--threads", "8"]
        for name, line in (("worker", worker), ("relay", ["relay"])):
            manage = [sys.executable, "manage.py", *line]
            stack.callback(processes.start(name, manage, environment=environment, folder=folder).stop)
        server = _gunicorn("service", ["livestream.wsgi"], environment, folder, stack)
        processes.wait_for_http(server.process, f"http://127.0.0.1:{server.port}/readyz")
        yield server


@contextmanager
def base(*, folder: Path) -> Iterator[Server]:
    """Run the view that makes one query."""
    with ExitStack() as stack:
        where = {"PYTHONPATH": f"{processes.ROOT}:{_PEERS}", "PROCESS_KIND": "web"}
        server = _gunicorn("base", ["one_query:application"], where, folder, stack)
        row = f"http://127.0.0.1:{server.port}/rows/{1:024x}"
        processes.wait_for_http(server.process, row)
        yield server


def _gunicorn(
    name: str, application: Sequence[str], environment: dict[str, str], folder: Path, stack: ExitStack
) -> Server:
    port = processes.free_port()
    numbers = ["--workers", str(WORKERS), "--threads", str(THREADS), "--bind", f"127.0.0.1:{port}"]
    line = [sys.executable, "-m", "gunicorn", *application, *numbers]
    process = processes.start(name, line, environment=environment, folder=folder)
    stack.callback(process.stop)
    return Server(process, port)
