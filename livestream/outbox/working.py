"""Working off the outbox: what an actor does when a wake-up arrives.

A wake-up says that a class has due work. It carries no work itself, so it may be lost, duplicated or late:
the worker that receives it claims what is due, and the relay repeats it while anything is.
"""

from __future__ import annotations

import time

import structlog
from django.db import DatabaseError, InterfaceError

from livestream import clock
from livestream.outbox import claiming, performing, wakeups
from livestream.outbox.registry import Task
from livestream.outbox.threads import THREADS
from livestream.outbox.urgency import Urgency
from livestream.storage.database_clock import ClockSkewed

log = structlog.get_logger(__name__)

BATCH = 40
# Tasks of money take longer than others, and none should wait for many others before its batch commits.
_BATCH_OF_MONEY = 4
# External tasks and further attempts run alone. After each batch they have as much time as it took, and at least this:
# what a stopped or killed worker held is among them, and is the most overdue.
_ALONE_SECONDS = 0.05
# If there were none, this many batches follow without looking again: the query reads the whole backlog.
_BATCHES_BETWEEN = 3
# How long a thread works for one class before a more urgent message may take it.
_SLICE_SECONDS = 0.5
# How long a batch of less urgent work waits for more urgent work. It is slowed down, but never stopped.
_GIVE_WAY_SECONDS = 0.2


def work(*, task: Task, message_id: str | None) -> None:
    """Perform what is due in the class of a task; with an id, which only the previous release sends, that message."""
    try:
        if message_id is None:
            work_off(task=task)
        else:
            performing.perform(message_id=message_id)
    except (DatabaseError, InterfaceError, ClockSkewed) as error:  # the rows remain, and the relay repeats the wake-up
        log.warning("work_interrupted", queue=task.urgency.queue, error=repr(error))


def work_off(*, task: Task) -> None:
    """Perform due messages of the task's class until there are none.

    After half a second it requests another wake-up and returns. It does nothing if the class has reached
    its limit of threads.
    """
    with THREADS.working_for(task.urgency) as admitted:
        if not admitted:
            return
        until = time.monotonic() + _SLICE_SECONDS
        limit = _BATCH_OF_MONEY if task.urgency is Urgency.MONEY else BATCH
        batches_left = 0
        while True:
            THREADS.give_way(task.urgency, seconds=_GIVE_WAY_SECONDS)
            began = time.monotonic()
            done = _perform(task.urgency, together=True, limit=limit)
            if done == limit and batches_left:
                batches_left -= 1
            else:
                alone = _perform_alone(task.urgency, seconds=max(time.monotonic() - began, _ALONE_SECONDS))
                batches_left = 0 if alone else _BATCHES_BETWEEN
                done += alone
            if not done:
                return
            if time.monotonic() > until:
                wakeups.request(task=task)
                return


def _perform_alone(urgency: Urgency, *, seconds: float) -> int:
    until, done = time.monotonic() + seconds, 0
    while time.monotonic() < until and _perform(urgency, together=False, limit=1):
        done += 1
    return done


def _perform(urgency: Urgency, *, together: bool, limit: int) -> int:
    claimed = claiming.claim(urgency=urgency, together=together, limit=limit, now=clock.now())
    performing.perform_claimed(messages=claimed)
    return len(claimed)
