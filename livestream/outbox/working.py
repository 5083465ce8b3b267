"""Working off the outbox: what an actor does when its message arrives.

A message of an actor says that there is due work of its class. It carries no work itself, so it may be
lost, doubled or late: whoever gets it claims what is due, and the relay sends another one while anything is.
"""

from __future__ import annotations

import time

import structlog
from django.db import DatabaseError, InterfaceError

from livestream import clock
from livestream.outbox import claiming, performing, sending
from livestream.outbox.registry import Task
from livestream.outbox.threads import THREADS
from livestream.outbox.urgency import Urgency
from livestream.storage.database_clock import ClockSkewed

log = structlog.get_logger(__name__)

BATCH = 40
# How long a thread goes on with one class before a more urgent message may have it.
_SLICE_SECONDS = 0.5


def work(*, task: Task, message_id: str | None) -> None:
    """Work off what is due in the class of a task; with an id, as the release before sent it, that message."""
    try:
        if message_id is None:
            work_off(task=task)
        else:
            performing.perform(message_id=message_id)
    except (DatabaseError, InterfaceError, ClockSkewed) as error:  # the rows are still there, and the relay comes again
        log.warning("work_interrupted", queue=task.urgency.queue, error=repr(error))


def work_off(*, task: Task) -> None:
    """Perform due messages of the task's class until there are none, or for half a second; then tell the queue again.

    It does nothing where as many threads work for this class as may.
    """
    with THREADS.working_for(task.urgency) as admitted:
        if not admitted:
            return
        until = time.monotonic() + _SLICE_SECONDS
        while _work_once(task.urgency):
            if time.monotonic() > until:
                sending.nudge(task=task)
                return


def _work_once(urgency: Urgency) -> int:
    # Calls to the network are claimed one by one: others must not wait behind a slow one.
    done = 0
    for transactional, limit in ((True, BATCH), (False, 1)):
        claimed = claiming.claim(urgency=urgency, transactional=transactional, limit=limit, now=clock.now())
        performing.perform_claimed(messages=claimed)
        done += len(claimed)
    return done
