"""One process of the measured service: `python bench/webhooks/part.py build|work|stage|accept …`.

It runs in today's checkout and in earlier ones since the outbox, so it imports only what all of them
have. It is started by its path, with the checkout as its working folder and on its PYTHONPATH.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from itertools import count

import django

django.setup()

import dramatiq  # noqa: E402
from django.conf import settings  # noqa: E402

from goals.models import Goal  # noqa: E402
from goals.types import GoalType  # noqa: E402
from livestream import clock  # noqa: E402
from livestream.models import User  # noqa: E402
from livestream.outbox import relaying  # noqa: E402
from notifications.services import inbox  # noqa: E402
from sessions_app.models import Session  # noqa: E402

THREADS = 8
EVENTS_A_WEBHOOK = 20
# A target (seconds) that no karaoke reaches during a measurement.
NEVER = 10**6
_FIRST_STREAMER = 0x5_000_000


def streamer(number: int) -> str:
    """Name a streamer, whose session and karaoke have the same id."""
    return f"{_FIRST_STREAMER + number:024x}"


def build(streamers: int) -> None:
    """Create live streamers, each with a karaoke to perform."""
    now = clock.now() - timedelta(minutes=1)
    ids = [streamer(number) for number in range(streamers)]
    opened = {"created_at": now, "started_at": now}
    User.objects.bulk_create(User(id=each, username=f"streamer{each}") for each in ids)
    Session.objects.bulk_create(Session(id=each, streamer_id=each, **opened) for each in ids)
    levels = [{"title": "Song", "target": NEVER}]
    Goal.objects.bulk_create(
        Goal(id=each, type=GoalType.KARAOKE, session_id=each, streamer_id=each, active=True, levels=levels, **opened)
        for each in ids
    )


def work() -> None:
    """Run a worker and its relay; each line on stdin is `go`, `pause`, or the memory figure to print."""
    with ExitStack() as running:
        for line in sys.stdin:
            match line.strip():
                case "go":
                    running.enter_context(_working())
                case "pause":  # running tasks are finished
                    running.close()
                case field:
                    print(_memory(field), flush=True)
                    continue
            print(0, flush=True)


@contextmanager
def _working() -> Iterator[None]:
    worker = dramatiq.Worker(dramatiq.get_broker(), worker_timeout=20, worker_threads=THREADS)
    stop = threading.Event()
    relay = threading.Thread(target=relaying.run, args=[stop], daemon=True)
    worker.start()
    relay.start()
    yield
    stop.set()
    relay.join()
    worker.stop()


def accept(viewers: int, seconds: float, streamers: int) -> None:
    """Accept joins of viewers, spread over the streamers and over `seconds`, then print how long it took."""
    pause = seconds / -(-viewers // EVENTS_A_WEBHOOK)
    started = time.monotonic()
    for number, first in enumerate(range(0, viewers, EVENTS_A_WEBHOOK)):
        _wait_until(started + number * pause)
        _accept([_join(each, streamers) for each in range(first, min(first + EVENTS_A_WEBHOOK, viewers))])
    print(time.monotonic() - started, flush=True)


def stage(streamers: int, each_seconds: float) -> None:
    """Have the streamers enter and leave the stage in turn, each every `each_seconds`, until killed."""
    started = time.monotonic()
    for turn in count():
        _wait_until(started + turn * each_seconds / streamers)
        who, coming = streamer(turn % streamers), turn // streamers % 2 == 0
        name = "member_added" if coming else "member_removed"
        _accept([{"name": name, "channel": f"presence-enc-goal@{who}", "user_id": who}])
        if not turn:
            print(0, flush=True)  # they have begun


def _join(viewer: int, streamers: int) -> dict[str, str]:
    channel = f"presence-stream@{streamer(viewer % streamers)}"
    return {"name": "member_added", "channel": channel, "user_id": f"{viewer + 1:024x}"}


def _accept(events: list[dict[str, str]]) -> None:
    now = clock.now()
    body = json.dumps({"time_ms": int(now.timestamp() * 1000), "events": events}).encode()
    key, secret = settings.PUSHER_WEBHOOK_KEYS[0]
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    inbox.accept(body=body, key=key, signature=signature, now=now)


def _wait_until(moment: float) -> None:
    time.sleep(max(moment - time.monotonic(), 0))


def _memory(field: str) -> int:
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith(f"{field}:"))


def _arguments() -> Iterator[float]:
    return map(float, sys.argv[2:])


if __name__ == "__main__":
    match sys.argv[1]:
        case "build":
            build(*map(int, _arguments()))
        case "work":
            work()
        case "accept":
            viewers, seconds, streamers = _arguments()
            accept(int(viewers), seconds, int(streamers))
        case "stage":
            streamers, seconds = _arguments()
            stage(int(streamers), seconds)
