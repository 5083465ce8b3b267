"""The measured tasks, and those of the flood."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from livestream import clock
from livestream.models import User
from livestream.outbox import Urgency, durable, external

# What `note_empty` was run for in this process: the number of the task and the moment (unix seconds).
noted: list[tuple[int, float]] = []


@durable(name="bench_insert")
def insert(*, number: int) -> None:
    """Store that a task was run, and when."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO bench_done (number, at) VALUES (%s, clock_timestamp())", [number])


@durable(name="bench_empty")
def note_empty(now: datetime, *, number: int) -> None:
    """Note in memory that a task was run, and when."""
    # Not `now`: for a task that runs early it is the moment that the task was wanted at.
    noted.append((number, clock.now().timestamp()))


@durable(name="bench_push", urgency=Urgency.PUSHES)
def push(*, number: int) -> None:
    """Make one small query, as a push of progress makes several."""
    User.objects.filter(pk=f"{number:024x}").exists()


@external(name="bench_track", urgency=Urgency.ANALYTICS)
def track(*, number: int) -> None:
    """Make one small query outside a transaction, where a tracking call would be."""
    User.objects.filter(pk=f"{number:024x}").exists()
