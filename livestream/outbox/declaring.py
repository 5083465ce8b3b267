"""Declaring tasks: a service function becomes a task, and gets a Dramatiq actor of its name."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import dramatiq
from django.conf import settings

from livestream.outbox import performing, registry
from livestream.outbox.registry import Task, TaskFunction

F = TypeVar("F", bound=TaskFunction)

# A worker runs the messages it holds in this order, lowest first: all queues share its threads.
_PRIORITIES = {"stage": -10}


def durable(*, name: str | None = None, queue: str = "default", subject: str | None = None) -> Callable[[F], F]:
    """Declare a function as a task that runs in one transaction with the deletion of its row.

    Its database effects happen exactly once. It must not call the network. The function itself
    stays as it is; it takes keyword arguments only, after `now` where it needs the moment.
    `name` is the task's name where that is not the function's, `subject` the parameter whose
    argument (an id of a goal, escrow or session) the task is found by. Raises TypeError for
    other parameters, RuntimeError for a name that is taken.
    """

    def declare(function: F) -> F:
        _declare_actor(registry.register(function, name=name, transactional=True, lease=None, subject=subject), queue)
        return function

    return declare


def external(
    *, name: str | None = None, queue: str = "external", lease: int | None = None, subject: str | None = None
) -> Callable[[F], F]:
    """Declare a function as a task that runs outside of any transaction and may call the network.

    Its row is deleted afterwards, so the work is done at least once. Nobody else runs it for
    `lease` seconds, twice OUTBOX_LEASE where it is None: a task that may take longer says so,
    or two workers may run it at a time. After a kill -9 the next attempt waits as long.
    Everything else is as for `durable`.
    """

    def declare(function: F) -> F:
        _declare_actor(registry.register(function, name=name, transactional=False, lease=lease, subject=subject), queue)
        return function

    return declare


def _declare_actor(task: Task, queue: str) -> None:
    # The outbox retries, and not the broker, which may lose its messages.
    # RabbitMQ knows no namespaces, so the name of the queue keeps services apart on any broker.
    queue_name = f"{settings.BROKER_NAMESPACE}.{queue}"
    priority = _PRIORITIES.get(queue, 0)
    declare = dramatiq.actor(actor_name=task.name, queue_name=queue_name, priority=priority, max_retries=0)
    declare(lambda message_id: performing.perform(message_id=message_id))
