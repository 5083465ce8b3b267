"""A house: one state folder, one database, one port, and the process that serves there."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import requests

from settings.environment import BASE_DIR
from tests.process.databases import Database
from tests.support.ports import free_port
from tests.support.waiting import until

# What the caller exported must not reach the processes; their servers are set again.
FOREIGN = (
    "DJANGO_SETTINGS_MODULE",
    "DATABASE_URL",
    "CACHE_URL",
    "DEBUG",
    "SECRET_KEY",
    "SHOW_END_GRACE",
    "PROCESS_KIND",
    "PUSHER_PROVIDER",
    "REALTIME_PORT",
)


class House:
    """Starts, kills and asks the service as `make run` and `make demo` would.

    With `channels` it has the local realtime server, which knows who is on stage. Without, the webhooks
    that a test makes by hand are all that is known.
    """

    def __init__(self, *, var: Path, database: Database, channels: bool = False) -> None:
        self.var = var
        self.database = database
        self.channels = channels
        self.own: dict[str, str] = {}
        """Further variables of its processes."""
        self.port, self.realtime_port = free_port(), free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.namespace = f"livestream-process-{self.port}"
        self.log = var / "server.log"
        self._server: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name not in FOREIGN}
        own = {
            "DJANGO_SETTINGS_MODULE": "tests.process.settings",
            "LIVESTREAM_VAR": str(self.var),
            "PORT": str(self.port),
            "LOG_LEVEL": "WARNING",
            "BROKER_NAMESPACE": self.namespace,
            "REALTIME_PORT": str(self.realtime_port),
        }
        if not self.channels and "PUSHER_SECRET" not in kept:
            own["PUSHER_PROVIDER"] = "local"
        return kept | own | self.database.environment | self.own

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(
            command, cwd=BASE_DIR, env=self.environment, capture_output=True, text=True, timeout=900, check=False
        )

    def popen(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a command whose lines are to be read as they come."""
        return subprocess.Popen(
            [sys.executable, "manage.py", *arguments],
            cwd=BASE_DIR,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def start(self, *options: str) -> None:
        """Serve, and return once it is ready."""
        with self.log.open("ab") as log:
            command = [sys.executable, "manage.py", "serve", *options]
            self._server = subprocess.Popen(
                command, cwd=BASE_DIR, env=self.environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL
            )
        until(self._is_ready, what="the server to be ready", seconds=120)

    def kill(self) -> None:
        """End the server as a power cut would, between any two of its instructions."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End the server as an operator would, if it runs."""
        if self._server is not None:
            self._end(signal.SIGTERM)

    def _end(self, number: signal.Signals) -> None:
        assert self._server is not None
        self._server.send_signal(number)
        self._server.wait(timeout=120)
        self._server = None

    def _is_ready(self) -> bool:
        assert self._server is not None
        assert self._server.poll() is None, f"the server ended:\n{self.log.read_text()[-3000:]}"
        try:
            with requests.get(f"{self.address}/readyz", timeout=10) as answer:
                return answer.status_code == 200
        except requests.RequestException:
            return False
