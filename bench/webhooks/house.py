"""The service of one checkout in its own processes, and figures from its database."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles

import psycopg

from bench import commands, databases

ROOT = Path(__file__).parents[2]
_PART = Path(__file__).with_name("part.py")
_RECORD = "docs/decisions/0014-inbox.md"

_WAITING = """
    SELECT count(*) FROM notifications_webhook
    WHERE processed_at IS NULL AND channel NOT LIKE 'presence-enc-goal@%%'
"""
_PUBLISHED_TWICE = """
    SELECT count(*) - count(DISTINCT payload ->> 'source') FROM livestream_eventrecord WHERE name LIKE 'channel_%%'
"""
# An event is published at `occurred_at`; a webhook that is not published yet is late until now.
_LATENESS = """
    SELECT extract(epoch FROM coalesce(e.occurred_at, now()) - w.received_at) * 1000
    FROM notifications_webhook w
    LEFT JOIN livestream_eventrecord e ON e.name LIKE 'channel_%%' AND e.payload ->> 'source' = w.id::text
    WHERE w.channel LIKE 'presence-enc-goal@%%' AND w.received_at > %s
"""


@contextmanager
def checkout(revision: str) -> Iterator[Path]:
    """Provide a folder with the code of a revision, removed at the end; "" is this checkout."""
    if not revision:
        yield ROOT
        return
    with tempfile.TemporaryDirectory(prefix="livestream-bench-") as folder:
        path = Path(folder) / "checkout"
        commands.run("git", "-C", str(ROOT), "worktree", "add", "--detach", "--quiet", str(path), revision)
        try:
            yield path
        finally:
            commands.run("git", "-C", str(ROOT), "worktree", "remove", "--force", str(path))


def revision_before() -> str:
    """Return the last revision before today's inbox; raise SystemExit if the history does not contain it."""
    told = commands.run("git", "-C", str(ROOT), "log", "--diff-filter=A", "--format=%H", "--", _RECORD).split()
    if not told:
        raise SystemExit("The history does not contain the revision before the inbox; name one with --before.")
    return f"{told[-1]}^"


@dataclass(slots=True)
class House:
    """A service at work: its workers, and streamers who come and go."""

    folder: Path
    url: str
    streamers: int
    turn: float
    workers: list[subprocess.Popen[str]] = field(default_factory=list)
    stage: subprocess.Popen[str] | None = None

    def run(self, *arguments: object) -> float:
        """Run a part to its end and return the seconds that it reports."""
        part = self.start(*arguments)
        told, _ = part.communicate()
        if part.returncode:
            raise RuntimeError(f"{arguments} failed in {self.folder}")
        return float(told or 0)

    def start(self, *arguments: object) -> subprocess.Popen[str]:
        # Without a lease, any relay may take stored messages at once: this process has no workers of its own.
        lease = {} if arguments[0] == "work" else {"OUTBOX_LEASE": "0"}
        command = [sys.executable, str(_PART), *map(str, arguments)]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        return subprocess.Popen(command, cwd=self.folder, env=self._environment() | lease, text=True, **pipes)  # type: ignore[call-overload, no-any-return]

    def manage(self, *arguments: str) -> None:
        command = [sys.executable, "manage.py", *arguments]
        subprocess.run(command, cwd=self.folder, env=self._environment(), check=True)

    def _environment(self) -> dict[str, str]:
        return os.environ | {"DATABASE_URL": self.url, "PYTHONPATH": str(self.folder), "RELAY_POLL": "0.02"}

    def go(self) -> float:
        """Start the streamers and the workers; return when the workers started (monotonic seconds)."""
        self.stage = self.start("stage", self.streamers, self.turn)
        if self.stage.stdout:
            self.stage.stdout.readline()  # they have begun
        began = time.monotonic()
        for worker in self.workers:
            _ask(worker, "go")
        return began

    def pause(self) -> None:
        """Stop the streamers at once, and the workers after their current tasks."""
        if self.stage:
            _end(self.stage)
        for worker in self.workers:
            _ask(worker, "pause")

    def close(self) -> None:
        """End all of its processes."""
        for process in (*self.workers, *filter(None, [self.stage])):
            _end(process)

    def memory(self, what: str) -> float:
        """Return the most that a worker holds, in MB: `VmRSS` now, `VmHWM` so far."""
        return max(_ask(worker, what) for worker in self.workers) / 1024

    def waiting(self) -> int:
        """Return how many webhooks of the audience wait."""
        return int(self.ask(_WAITING)[0])

    def lateness(self, since: float) -> tuple[float, float]:
        """Return p50 and p99 of how late events of stages were since `since` (unix seconds), in ms."""
        late = sorted(map(float, self.ask(_LATENESS, psycopg.TimestampFromTicks(since))))
        if len(late) < 2:
            raise RuntimeError("nobody came on stage while it was measured")
        cuts = quantiles(late, n=100, method="inclusive")
        return cuts[49], cuts[98]

    def check(self) -> None:
        """Raise RuntimeError if a webhook was published twice."""
        if twice := self.ask(_PUBLISHED_TWICE)[0]:
            raise RuntimeError(f"{twice} webhooks were published twice")

    def ask(self, query: str, *values: object) -> Sequence[float]:
        with psycopg.connect(self.url) as connection:
            return [row[0] for row in connection.execute(query, values).fetchall()]  # type: ignore[arg-type]

    def wait_for_nothing(self, *, most: float) -> float:
        """Wait until no webhook about an audience waits, `most` seconds at most; return how long it took."""
        started = time.monotonic()
        while time.monotonic() < started + most and self.waiting():
            time.sleep(0.1)
        return time.monotonic() - started


def _ask(worker: subprocess.Popen[str], what: str) -> int:
    if worker.stdin is None or worker.stdout is None:
        return 0
    print(what, file=worker.stdin, flush=True)
    return int(worker.stdout.readline())


@contextmanager
def at_work(*, revision: str, url: str, streamers: int, workers: int, turn: float) -> Iterator[House]:
    """Run a revision of the service: a database, workers, and streamers who each act every `turn` seconds."""
    with ExitStack() as stack:
        folder = stack.enter_context(checkout(revision))
        database = stack.enter_context(databases.temporary_database(url=url, migrate=False))
        house = House(folder, database, streamers, turn)
        house.manage("migrate", "--verbosity", "0")
        house.run("build", streamers)
        stack.callback(house.close)
        house.workers = [house.start("work") for _ in range(workers)]
        house.go()
        yield house


def _end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait()
