"""Two ways to let a crowd in, each in a process of its own so that its memory can be seen."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from urllib.request import urlopen

import pusher
from django.conf import settings
from django.db import transaction

from bench.fanout.crowd import SHOW_ID
from goals import selectors as goals
from goals.services.authorizing import grant_exp
from livestream import clock, ids
from livestream.models import OutboxMessage
from livestream.outbox import performing
from notifications import audience_selectors, sweeps
from notifications.provider import LARGEST_BATCH
from notifications.services import audiences, stream_events

_SINK = Path(__file__).with_name("sink.py")
_STATUS = Path("/proc/self/status")


@dataclass(frozen=True, slots=True)
class Run:
    """One crowd let in: seconds it took, and the most memory of the whole process."""

    way: str
    distance: float
    holders: int
    seconds: float
    memory_mb: float


def measure(*, way: str, distance: float, holders: int) -> Run:
    """Let the crowd in, in a new process; RuntimeError unless the sink heard of everybody, once."""
    with _sink(distance) as port, get_context("spawn").Pool(1) as pool:
        seconds, memory_mb = pool.apply(_measure, (way, port))
        heard = json.load(urlopen(f"http://127.0.0.1:{port}/report"))
    events = 2 * holders
    if heard != {"calls": events // LARGEST_BATCH, "events": events, "channels": events, "refused": 0}:
        raise RuntimeError(f"{way}: the sink heard {heard}")
    return Run(way, distance, holders, seconds, memory_mb)


@contextmanager
def _sink(distance: float) -> Iterator[int]:
    with subprocess.Popen([sys.executable, str(_SINK), str(distance)], stdout=subprocess.PIPE, text=True) as sink:
        try:
            yield int(sink.stdout.readline()) if sink.stdout else 0
        finally:
            sink.kill()


def _measure(way: str, port: int) -> tuple[float, float]:
    settings.PUSHER_PROVIDER, settings.PUSHER_SSL = "pusher", False
    settings.PUSHER_HOST, settings.PUSHER_PORT = "127.0.0.1", port
    seconds = {"service": by_service, "loop": by_loop}[way]()
    found = re.search(r"^VmHWM:\s+(\d+) kB$", _STATUS.read_text(), re.MULTILINE)
    return seconds, int(found[1]) / 1024 if found else 0.0


def by_service() -> float:
    """Let the crowd in as receiver and worker do, from asking who it is to the last note."""
    started = time.monotonic()
    with transaction.atomic():
        audiences.push_stream_authorized(goal_id=SHOW_ID, event_id=ids.new_id(), now=clock.now())
    while list(audience_selectors.audiences_to_notify()):
        sweeps.wake_stream_senders()
        for message in OutboxMessage.objects.filter(actor="send_stream_authorized"):
            performing.perform(message_id=message.id)
        if failed := OutboxMessage.objects.exclude(error="").first():
            raise RuntimeError(failed.error)
    return time.monotonic() - started


def by_loop() -> float:
    """Send the same events, made and encoded beforehand, with the package's `trigger_batch`."""
    client = pusher.Pusher(
        settings.PUSHER_APP_ID,
        settings.PUSHER_KEY,
        settings.PUSHER_SECRET,
        ssl=False,
        host=settings.PUSHER_HOST,
        port=settings.PUSHER_PORT,
    )
    batches = list(_batches())
    started = time.monotonic()
    for batch in batches:
        client.trigger_batch(batch)
    return time.monotonic() - started


def _batches() -> Iterator[list[dict[str, str]]]:
    show, now = goals.get_goal(goal_id=SHOW_ID), clock.now()
    exp = grant_exp(goal=show, now=now)
    opening = stream_events.opening(goal=show, event_id=ids.new_id(), exp=exp, now=now)
    viewers = goals.ticket_holders(goal_id=SHOW_ID, limit=10**6)
    told = [event for viewer_id in viewers for event in opening.events(viewer_id, exp=opening.exp)]
    entries = [{"channel": each.channels[0], "name": each.event, "data": each.data} for each in told]
    for start in range(0, len(entries), LARGEST_BATCH):
        yield entries[start : start + LARGEST_BATCH]
