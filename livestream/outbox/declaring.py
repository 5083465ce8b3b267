"""Declaring tasks: a service function becomes a task, and gets a Dramatiq actor of its name."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import dramatiq
from django.conf import settings

from livestream.outbox import registry, working
from livestream.outbox.registry import Task, TaskFunction
from livestream.outbox.urgency import Urgency

F = TypeVar("F", bound=TaskFunction)


def durable(
    *, name: str | None = None, urgency: Urgency = Urgency.LIFECYCLE, subject: str | None = None
) -> Callable[[F], F]:
    """Declare a function as a task that runs in one transaction with the deletion of its row.

    Its database effects happen exactly once. It must not call the network. The function itself
    stays as it is; it takes keyword arguments only, after `now` if it needs the moment.
    `name` is the task's name if it is not the function's. `subject` is the parameter whose
    argument (an id of a goal, escrow or session) the task is found by. Raises TypeError for
    other parameters, RuntimeError for a name that is taken.
    """

    def declare(function: F) -> F:
        task = registry.register(function, transactional=True, urgency=urgency, name=name, subject=subject)
        _declare_actor(task)
        return function

    return declare


def external(
    *,
    name: str | None = None,
    urgency: Urgency = Urgency.PUSHES,
    max_runtime: int = registry.MAX_RUNTIME_SECONDS,
    subject: str | None = None,
) -> Callable[[F], F]:
    """Declare a function as a task that runs outside of any transaction and may call the network.

    Its row is deleted afterwards, so the work is done at least once. Its process renews the lease for up to
    `max_runtime` seconds; after that, another worker may run it at the same time. If the process is
    killed, another worker runs it when the lease expires (OUTBOX_LEASE). Everything else is as for `durable`.
    """

    def declare(function: F) -> F:
        task = registry.register(
            function, transactional=False, urgency=urgency, name=name, max_runtime=max_runtime, subject=subject
        )
        _declare_actor(task)
        return function

    return declare


def _declare_actor(task: Task) -> None:
    # The outbox retries, because the broker may lose its messages.
    # RabbitMQ knows no namespaces, so the name of the queue keeps services apart on any broker.
    queue_name = f"{settings.BROKER_NAMESPACE}.{task.urgency.queue}"
    # No priorities: while a worker held a message of a more urgent class, it would run no other. Threads are
    # reserved instead (threads.py).
    declare = dramatiq.actor(actor_name=task.name, queue_name=queue_name, max_retries=0)
    declare(lambda message_id=None: working.work(task=task, message_id=message_id))
