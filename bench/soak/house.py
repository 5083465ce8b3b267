"""The processes of the service: web, two workers, a relay, and a server in Pusher's place."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import environment, processes
from bench.processes import Process
from bench.schedule import brokers

_HERE = Path(__file__).parent
_NAMESPACE = environment.namespace("soak")
WEB, WORKER, RELAY = "web", "worker", "relay"
# Tokens, deadlines whose tasks wait for them, and counts of wrong passwords.
_PERIODS = ("REFRESH_TOKEN_SECONDS", "SHOW_MAX_WAIT", "SHOW_START_WITHIN", "SHOW_END_GRACE", "SIGN_IN_WINDOW")
_LINES = {
    WORKER: ["manage.py", "rundramatiq", "--processes", "2", "--threads", "8"],
    RELAY: ["manage.py", "relay"],
}


@dataclass(frozen=True, slots=True)
class House:
    """The running service: the port of its web process, its cache, and its processes by name."""

    port: int
    cache: str
    processes: dict[str, Process]

    def require_running(self) -> None:
        """Raise RuntimeError where one of them has ended."""
        for process in self.processes.values():
            process.require_running()


@contextmanager
def running(*, broker: str, cache: str, kept: int, folder: Path) -> Iterator[House]:
    """Run the service; rows that are purged, tokens and deadlines last for `kept` seconds."""
    sink = processes.free_port()
    about = _environment(broker, cache, kept, sink)
    port = processes.free_port()
    numbers = ["--workers", "2", "--threads", "8", "--bind", f"127.0.0.1:{port}"]
    lines = {WEB: ["-m", "gunicorn", "livestream.wsgi", *numbers], **_LINES}
    with ExitStack() as stack:
        stack.enter_context(brokers.own_queues(broker, namespace=_NAMESPACE))
        line = [sys.executable, str(_HERE / "sink.py"), str(sink)]
        stack.callback(processes.start("sink", line, environment={}, folder=folder).stop)
        started: dict[str, Process] = {}
        for name, arguments in lines.items():
            started[name] = processes.start(name, [sys.executable, *arguments], environment=about, folder=folder)
            stack.callback(started[name].stop)
        processes.wait_for_http(started[WEB], f"http://127.0.0.1:{port}/readyz")
        yield House(port, cache, started)


def _environment(broker: str, cache: str, kept: int, sink: int) -> dict[str, str]:
    throttles = dict.fromkeys(("READ", "WRITE", "PAY", "CHANNEL_AUTH", "SIGN_IN", "RENEW"), str(1_000_000))
    return {
        **{f"THROTTLE_{name}": value for name, value in throttles.items()},
        "PYTHONPATH": f"{processes.ROOT}:{_HERE / 'shortened'}",
        "DJANGO_SETTINGS_MODULE": "soak_settings",
        "SOAK_KEPT": str(kept),
        "ACCESS_TOKEN_SECONDS": str(kept // 2),
        "DATABASE_POOL_SIZE": "10",
        **dict.fromkeys(_PERIODS, str(kept)),
        "BROKER_URL": broker,
        "BROKER_NAMESPACE": _NAMESPACE,
        "CACHE_URL": cache,
        "LOG_LEVEL": "WARNING",
        "LOG_STYLE": "json",
        "PUSHER_PROVIDER": "pusher",
        "PUSHER_HOST": "127.0.0.1",
        "PUSHER_PORT": str(sink),
        "PUSHER_SSL": "false",
    }
