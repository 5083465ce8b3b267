"""One process of the service: `python -m bench.schedule.part work|relay|web`.

It prints `ready`, and then answers each line of its stdin with one of JSON. It ends with its stdin.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Callable

import dramatiq
from django.db import transaction

from bench.schedule import tasks
from livestream.outbox import enqueue, relaying
from wallet.models import Escrow
from wallet.services import payouts

THREADS = 8


def work() -> None:
    """Start a worker, as `rundramatiq --processes 1 --threads 8` starts one in each of its processes."""
    dramatiq.Worker(dramatiq.get_broker(), worker_threads=THREADS).start()


def relay() -> None:
    """Start a relay, as `manage.py relay` does."""
    threading.Thread(target=relaying.run, args=[threading.Event()], daemon=True).start()


def answer(line: str) -> object:
    """Answer `count` or `noted`, which is about empty tasks, or `payout ESCROW`, which has it paid out."""
    match line.split():
        case ["count"]:
            return len(tasks.noted)
        case ["noted"]:
            return tasks.noted
        case ["forget"]:
            tasks.noted.clear()
        case ["payout", escrow_id]:
            pay_out(escrow_id)
    return None


def pay_out(escrow_id: str) -> None:
    """Store the payout of an escrow as a web process does, which also wakes the workers."""
    with transaction.atomic():
        streamer = Escrow.objects.get(pk=escrow_id).user_id
        enqueue(payouts.escrow_out, escrow_id=escrow_id, user_id=streamer)


def main() -> None:
    """Start what is wanted, and answer until stdin ends."""
    starts: dict[str, Callable[[], None]] = {"work": work, "relay": relay, "web": lambda: None}
    starts[sys.argv[1]]()
    print("ready", flush=True)
    for line in sys.stdin:
        print(json.dumps(answer(line)), flush=True)


if __name__ == "__main__":
    main()
    os._exit(0)  # otherwise the threads of a worker would keep the process alive; the database is dropped anyway
