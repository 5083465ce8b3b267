"""The servers that are measured, each with two processes; only one of them has something to do at a time."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from bench import environment, peer_environment, processes
from bench.processes import Process
from bench.schedule import brokers

NAMESPACE = environment.namespace("http")
WORKERS = 2
_GTHREAD = ["--workers", str(WORKERS), "--worker-class", "gthread", "--threads", "8"]
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
    about = SERVICE | {"BROKER_URL": broker, "CACHE_URL": cache}
    with ExitStack() as stack:
        stack.enter_context(brokers.own_queues(broker, namespace=NAMESPACE))
        worker = ["rundramatiq", "--processes", "1", "--threads", "8"]
        for name, line in (("worker", worker), ("relay", ["relay"])):
            manage = [sys.executable, "manage.py", *line]
            stack.callback(processes.start(name, manage, environment=about, folder=folder).stop)
        server = _gunicorn("service", ["livestream.wsgi"], about, folder, stack)
        processes.wait_for_http(server.process, f"http://127.0.0.1:{server.port}/readyz")
        yield server


@contextmanager
def base(*, folder: Path, checked: bool = True) -> Iterator[Server]:
    """Run the view that makes one query; unless `checked`, with connections that nothing checks."""
    with ExitStack() as stack:
        where = {
            "PYTHONPATH": f"{processes.ROOT}:{_PEERS}",
            "PROCESS_KIND": "web",
            "CHECKED": "yes" if checked else "no",
        }
        server = _gunicorn("base" if checked else "unchecked-base", ["one_query:application"], where, folder, stack)
        row = f"http://127.0.0.1:{server.port}/rows/{1:024x}"
        processes.wait_for_http(server.process, row)
        yield server


@contextmanager
def plain_drf(*, folder: Path) -> Iterator[Server]:
    """Run the goal as most would write it with Django REST framework."""
    peer = {"DJANGO_SETTINGS_MODULE": "plain_drf.settings"}
    with _peer("gunicorn", ["django.core.wsgi:get_wsgi_application()", *_GTHREAD], peer, folder) as server:
        yield server


@contextmanager
def starlette(*, folder: Path) -> Iterator[Server]:
    """Run the goal written by hand with Starlette and asyncpg."""
    line = ["starlette_view:application", "--no-access-log", "--log-level", "warning", "--workers", str(WORKERS)]
    with _peer("uvicorn", line, {}, folder) as server:
        yield server


@contextmanager
def _peer(module: str, line: Sequence[str], environment: dict[str, str], folder: Path) -> Iterator[Server]:
    peer_environment.install()
    port = processes.free_port()
    where = ["--bind", f"127.0.0.1:{port}"] if module == "gunicorn" else ["--host", "127.0.0.1", "--port", str(port)]
    command = [str(peer_environment.PYTHON), "-m", module, *line, *where]
    # In a folder of its own: gunicorn would read the settings of the service in the current one.
    about = {"PYTHONPATH": str(_PEERS), "SECRET_KEY": settings.SECRET_KEY, **environment}
    process = processes.start(module, command, environment=about, folder=folder, cwd=_PEERS)
    try:
        processes.wait_until(lambda: _listens(port), what=f"{module} to listen", seconds=60, process=process)
        yield Server(process, port)
    finally:
        process.stop()


def _listens(port: int) -> bool:
    with socket.socket() as own:
        return own.connect_ex(("127.0.0.1", port)) == 0


def _gunicorn(
    name: str, application: Sequence[str], environment: dict[str, str], folder: Path, stack: ExitStack
) -> Server:
    port = processes.free_port()
    line = [sys.executable, "-m", "gunicorn", *application, *_GTHREAD, "--bind", f"127.0.0.1:{port}"]
    process = processes.start(name, line, environment=environment, folder=folder)
    stack.callback(process.stop)
    return Server(process, port)


def profile(*, requests: Path, calls: int, cache: str) -> str:
    """Call the service's application inside a process, and return where the time goes (see `in_process.py`)."""
    line = [sys.executable, str(_HERE / "in_process.py"), str(requests), str(calls)]
    about = SERVICE | {"CACHE_URL": cache, "PROCESS_KIND": "web"}
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    return subprocess.run(line, env=os.environ | about, text=True, check=True, **pipes).stdout
