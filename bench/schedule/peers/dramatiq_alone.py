"""Dramatiq's own delayed messages.

    dramatiq_alone.py work BROKER DATABASE QUEUE
    dramatiq_alone.py store BROKER DATABASE QUEUE TASK FILE

Two processes with 8 threads each is what its documentation starts a worker with. Everything else,
such as its middleware, is its default. FILE has the moments (unix seconds) as JSON.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from pathlib import Path

import dramatiq
import psycopg
from dramatiq.brokers.rabbitmq import RabbitmqBroker
from dramatiq.brokers.redis import RedisBroker

THREADS = 8
noted: list[tuple[int, float]] = []
mine = threading.local()


def main(verb: str, broker_url: str, database_url: str, queue: str, *rest: str) -> None:
    """Store messages, or run a worker that answers lines of its stdin."""
    broker = connect(broker_url, queue)
    actors = declare(database_url, queue)
    if verb == "store":
        task, file = rest
        store(actors[task], json.loads(Path(file).read_text()))
        return
    dramatiq.Worker(broker, worker_threads=THREADS).start()
    print("ready", flush=True)
    for line in sys.stdin:
        print(json.dumps(answer(line.strip())), flush=True)
    os._exit(0)


def connect(url: str, namespace: str) -> dramatiq.Broker:
    """Return the broker that a URL names, with Dramatiq's default options."""
    broker = RabbitmqBroker(url=url) if url.startswith("amqp") else RedisBroker(url=url, namespace=namespace)
    dramatiq.set_broker(broker)
    return broker


def declare(database_url: str, queue: str) -> dict[str, dramatiq.Actor[[int], None]]:
    """Declare the two tasks."""

    @dramatiq.actor(queue_name=queue)
    def insert(number: int) -> None:
        if not hasattr(mine, "connection"):
            mine.connection = psycopg.connect(database_url, autocommit=True)
        mine.connection.execute("INSERT INTO bench_done (number, at) VALUES (%s, clock_timestamp())", [number])

    @dramatiq.actor(queue_name=queue)
    def empty(number: int) -> None:
        noted.append((number, time.time()))

    return {"insert": insert, "empty": empty}


def store(actor: dramatiq.Actor[[int], None], moments: list[float]) -> None:
    """Send one message for each moment, which Dramatiq delays until then."""
    for number, moment in enumerate(moments):
        delay = max(round((moment - time.time()) * 1000), 0)
        actor.send_with_options(args=(number,), delay=delay)


def answer(line: str) -> object:
    """Answer how many empty tasks were run, or which ones and when."""
    match line:
        case "count":
            return len(noted)
        case "noted":
            return noted
        case "forget":
            noted.clear()
    return None


if __name__ == "__main__":
    main(*sys.argv[1:])
