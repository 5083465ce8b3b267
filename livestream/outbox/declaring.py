"""Declaring actors: a Dramatiq actor whose message is only the id of its outbox row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import dramatiq
from django.conf import settings

Work = Callable[..., None]


@dataclass(frozen=True, slots=True)
class Task:
    """A declared actor: the work, and whether it runs in the transaction of its row.

    `lease` is how many seconds it may run before it is taken for dead, where that is unusual.
    """

    name: str
    work: Work
    transactional: bool
    lease: int | None = None


_tasks: dict[str, Task] = {}


def durable(*, queue: str = "default") -> Callable[[Work], Work]:
    """Declare an actor that runs in one transaction with the consumption of its row.

    Its database effects happen exactly once. It must not call the network.
    """
    return lambda work: _declare(work, queue=queue, transactional=True)


def external(*, queue: str = "external", lease: int | None = None) -> Callable[[Work], Work]:
    """Declare an actor that runs outside of any transaction and may call the network.

    Its row is completed afterwards, so the work is done at least once. Nobody else runs it for
    `lease` seconds, twice OUTBOX_LEASE where it is None: what may take longer says so, lest it
    be done twice at a time. After a kill -9 the next attempt waits as long.
    """
    return lambda work: _declare(work, queue=queue, transactional=False, lease=lease)


def _declare(work: Work, *, queue: str, transactional: bool, lease: int | None = None) -> Work:
    from livestream.outbox import performing

    name = work.__name__
    _tasks[name] = Task(name, work, transactional, lease)
    # Retries are the outbox's: a broker that forgets must not be what remembers to retry.
    # RabbitMQ knows no namespaces, so the name of the queue keeps services apart on any broker.
    queue_name = f"{settings.BROKER_NAMESPACE}.{queue}"
    declare = dramatiq.actor(actor_name=name, queue_name=queue_name, max_retries=0)
    declare(lambda message_id: performing.perform(message_id=message_id))
    return work


def find_task(name: str) -> Task | None:
    """Return the declared actor called `name`, or None where this release has none."""
    return _tasks.get(name)


def task_names() -> list[str]:
    """Return the names of all actors that this release can run."""
    return list(_tasks)
