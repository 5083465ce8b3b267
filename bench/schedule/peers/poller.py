"""A bare table of tasks: the most that PostgreSQL and psycopg allow.

    poller.py prepare DATABASE
    poller.py work DATABASE
    poller.py store DATABASE FILE

A row has a moment and nothing else. Each process deletes due rows in batches and runs their tasks
in the same transaction, without retries, failures, keys, classes of urgency, or threads.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import psycopg

BATCH = 40
POLL_SECONDS = 0.01
_TABLE = """
    DROP TABLE IF EXISTS bench_poller;
    CREATE TABLE bench_poller (number integer NOT NULL, eta timestamptz NOT NULL);
    CREATE INDEX ON bench_poller (eta);
"""
_TAKE = """
    DELETE FROM bench_poller WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM bench_poller WHERE eta <= clock_timestamp() ORDER BY eta LIMIT %s FOR UPDATE SKIP LOCKED
    )) RETURNING number
"""
_TASK = "INSERT INTO bench_done (number, at) VALUES (%s, clock_timestamp())"


def main(verb: str, url: str, *rest: str) -> None:
    """Prepare the table, store rows, or work until stdin ends."""
    with psycopg.connect(url, autocommit=True) as connection:
        match verb:
            case "prepare":
                connection.execute(_TABLE)
            case "store":
                store(connection, json.loads(Path(rest[0]).read_text()))
            case _:
                threading.Thread(target=work, args=[connection], daemon=True).start()
                print("ready", flush=True)
                sys.stdin.read()
                os._exit(0)


def store(connection: psycopg.Connection, moments: list[float]) -> None:
    """Store one row for each moment."""
    with connection.cursor() as cursor, cursor.copy("COPY bench_poller FROM STDIN") as copy:
        for number, moment in enumerate(moments):
            copy.write_row((number, datetime.fromtimestamp(moment, UTC)))


def work(connection: psycopg.Connection) -> None:
    """Take batches of due rows and run their tasks."""
    while True:
        with connection.transaction():
            taken = connection.execute(_TAKE, [BATCH]).fetchall()
            for (number,) in taken:
                connection.execute(_TASK, [number])
        if not taken:
            time.sleep(POLL_SECONDS)


if __name__ == "__main__":
    main(*sys.argv[1:])
