"""Ways to run tasks at a time: their processes, and how tasks are stored for them."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from bench import commands, environment, peer_environment
from bench.schedule import brokers, tasks
from bench.schedule import processes as started
from bench.schedule.processes import Command, Process
from livestream import clock
from livestream.outbox import Delivery, enqueue_all

INSERT, EMPTY = "insert", "empty"
BARE_TABLE = "bare table"
_PEERS = Path(__file__).parent / "peers"
_SHIFTED = str(Path(__file__).with_name("shifted.py"))
_STORED_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class Way:
    """One way to run tasks.

    `ms_to_store`: the most that storing a task takes; a measurement begins once all are stored.
    `store` stores one task for each moment (unix seconds), numbered from 0.
    """

    name: str
    task: str
    broker: str | None
    ms_to_store: float
    commands: Sequence[Command]
    prepare: Callable[[], None]
    store: Callable[[Sequence[float]], None]

    @contextmanager
    def running(self) -> Iterator[list[Process]]:
        """Run its processes, with queues of their own."""
        with ExitStack() as stack:
            if self.broker:
                stack.enter_context(brokers.own_queues(self.broker))
            self.prepare()
            yield stack.enter_context(started.running(self.commands))


def service(*, task: str, broker: str, shifts: Sequence[float] = (0, 0, 0), with_web: bool = False) -> Way:
    """Return this service: two workers and a relay, whose clocks are moved by `shifts` (seconds)."""
    moved = list(zip(("worker 1", "worker 2", "relay"), shifts, strict=True))
    if with_web:
        moved.append(("web", 0))
    about = {"BENCH_BROKER_URL": broker, "BROKER_NAMESPACE": brokers.NAMESPACE}
    # The kind of a process decides its time limits.
    lines = [Command(name, _part(name, by), about | {"PROCESS_KIND": name.split()[0]}) for name, by in moved]
    return Way("service", task, broker, 1, lines, _nothing, lambda moments: _store(task, moments))


def _part(name: str, shift: float) -> list[str]:
    module = ["bench.schedule.part", "work" if name.startswith("worker") else name]
    return [sys.executable, *([_SHIFTED, str(shift)] if shift else ["-m"]), *module]


def _store(task: str, moments: Sequence[float]) -> None:
    function: Callable[..., None] = tasks.insert if task == INSERT else tasks.note_empty
    wanted = [(Delivery(eta=clock.from_epoch(at)), {"number": number}) for number, at in enumerate(moments)]
    for first in range(0, len(wanted), _STORED_AT_ONCE):
        with transaction.atomic():
            enqueue_all(function, wanted[first : first + _STORED_AT_ONCE])


def dramatiq_alone(*, task: str, broker: str) -> Way:
    """Return Dramatiq's own delayed messages: two workers."""
    about = [broker, environment.database_url(), brokers.ALONE]
    program = [sys.executable, str(_PEERS / "dramatiq_alone.py")]
    kind = "RabbitMQ" if broker.startswith("amqp") else "Redis"

    def store(moments: Sequence[float]) -> None:
        with _file(moments) as file:
            commands.run(*program, "store", *about, task, file)

    return Way(f"Dramatiq, {kind}", task, broker, 2.5, _two([*program, "work", *about]), _nothing, store)


def procrastinate() -> Way:
    """Return procrastinate: two workers with 8 tasks at a time each."""
    return _program("procrastinate", str(peer_environment.PYTHON), "procrastinate_queue.py")


def poller() -> Way:
    """Return a bare table that two processes poll."""
    return _program(BARE_TABLE, sys.executable, "poller.py")


def _program(name: str, python: str, script: str) -> Way:
    program = [python, str(_PEERS / script)]
    url = environment.database_url()

    def store(moments: Sequence[float]) -> None:
        with _file(moments) as file:
            commands.run(*program, "store", url, file)

    def prepare() -> None:
        commands.run(*program, "prepare", url)

    return Way(name, INSERT, None, 1, _two([*program, "work", url]), prepare, store)


def _two(line: Sequence[str]) -> list[Command]:
    return [Command(f"worker {number}", line, {}) for number in (1, 2)]


@contextmanager
def _file(moments: Sequence[float]) -> Iterator[str]:
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        file.write(str(list(moments)))
        file.flush()
        yield file.name


def _nothing() -> None:
    """There is nothing to prepare."""
