"""procrastinate, a task queue on PostgreSQL.

    procrastinate_queue.py prepare DATABASE
    procrastinate_queue.py work DATABASE
    procrastinate_queue.py store DATABASE FILE

As its documentation advises, tasks are coroutines that share a pool, and a process runs several at a
time. It looks for scheduled jobs every 0.1 s, as often as our relay, while its default is 5 s.
Jobs that are done are deleted, as ours are. It runs in the virtual environment of bench/requirements.txt.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import psycopg_pool
from procrastinate import App, PsycopgConnector, SyncPsycopgConnector  # type: ignore[import-not-found]
from procrastinate.jobs import Job  # type: ignore[import-not-found]

AT_A_TIME = 8
POLL_SECONDS = 0.1
_STORED_AT_ONCE = 1000


def main(verb: str, url: str, *rest: str) -> None:
    """Prepare its tables, store jobs, or work until stdin ends."""
    if verb == "work":
        threading.Thread(target=end_with_stdin, daemon=True).start()
        asyncio.run(work(url))
        return
    app = App(connector=SyncPsycopgConnector(conninfo=url))
    with app.open():
        if verb == "store":
            store(app, json.loads(Path(rest[0]).read_text()))
        elif not app.check_connection():  # no tables yet
            app.schema_manager.apply_schema()


def store(app: App, moments: list[float]) -> None:
    """Store one job for each moment."""
    for first in range(0, len(moments), _STORED_AT_ONCE):
        numbered = list(enumerate(moments))[first : first + _STORED_AT_ONCE]
        app.job_manager.batch_defer_jobs([job(app, number, moment) for number, moment in numbered])


def job(app: App, number: int, moment: float) -> Job:
    """Return a job for this moment."""
    at = datetime.fromtimestamp(moment, UTC)
    deferred: Job = app.configure_task("insert", schedule_at=at).make_new_job(number=number)
    return deferred


async def work(url: str) -> None:
    """Run jobs until the process ends."""
    # One connection for each task that runs, besides those of its own.
    async with psycopg_pool.AsyncConnectionPool(url, min_size=AT_A_TIME, kwargs={"autocommit": True}) as pool:
        app = App(connector=PsycopgConnector(conninfo=url, min_size=4, max_size=AT_A_TIME))

        @app.task(name="insert")
        async def insert(*, number: int) -> None:
            async with pool.connection() as connection:
                await connection.execute("INSERT INTO bench_done (number, at) VALUES (%s, clock_timestamp())", [number])

        async with app.open_async():
            print("ready", flush=True)
            await app.run_worker_async(
                concurrency=AT_A_TIME, fetch_job_polling_interval=POLL_SECONDS, delete_jobs="successful"
            )


def end_with_stdin() -> None:
    """End the process when its stdin ends."""
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
