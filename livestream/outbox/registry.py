"""The registry of tasks that this release can run, by name and by function."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass

from livestream.outbox.urgency import Urgency

TaskFunction = Callable[..., object]
MOMENT = "now"
MAX_RUNTIME_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Task:
    """A declared task: a service function, and how it is run.

    `transactional`: it runs in the transaction that deletes its row.
    `max_runtime`: for how many seconds its process renews the lease.
    `subject`: the parameter whose argument the task is found by.
    `takes_moment`: the function's first parameter is `now`, which a worker fills in when it runs the task.
    """

    name: str
    function: TaskFunction
    transactional: bool
    urgency: Urgency
    max_runtime: int
    subject: str | None
    takes_moment: bool
    signature: inspect.Signature


_by_name: dict[str, Task] = {}
_by_function: dict[TaskFunction, Task] = {}


def register(
    function: TaskFunction,
    *,
    transactional: bool,
    urgency: Urgency,
    name: str | None = None,
    max_runtime: int = MAX_RUNTIME_SECONDS,
    subject: str | None = None,
) -> Task:
    """Register a function as a task, under its own name unless `name` is given.

    Raises TypeError for parameters that cannot be stored, RuntimeError for a name that is taken.
    """
    signature = inspect.signature(function)
    takes_moment = next(iter(signature.parameters), None) == MOMENT
    task = Task(
        name=name or function.__name__,
        function=function,
        transactional=transactional,
        urgency=urgency,
        max_runtime=max_runtime,
        subject=subject,
        takes_moment=takes_moment,
        signature=signature,
    )
    _refuse_unfit(task)
    if task.name in _by_name:
        raise RuntimeError(f"two tasks are called {task.name}")
    _by_name[task.name] = _by_function[function] = task
    return task


def _refuse_unfit(task: Task) -> None:
    parameters = list(task.signature.parameters.values())
    moment, stored = (parameters[:1], parameters[1:]) if task.takes_moment else ([], parameters)
    if any(each.kind is not each.POSITIONAL_OR_KEYWORD for each in moment):
        raise TypeError(f"{task.name} must take {MOMENT} as its first, positional parameter")
    for each in stored:
        if each.kind is not each.KEYWORD_ONLY or each.name == MOMENT:
            raise TypeError(f"{task.name} must take {each.name} by keyword only, and {MOMENT} first")
    required = [each.name for each in stored if each.default is each.empty]
    if task.subject not in (None, *required):
        raise TypeError(f"{task.name} has no required parameter {task.subject} to be its subject")


def task_of(function: TaskFunction) -> Task:
    """Return the task that a function was declared as; raises TypeError if it was not."""
    task = _by_function.get(function)
    if task is None:
        raise TypeError(f"{function!r} is not declared with @durable or @external")
    return task


def find_task(name: str) -> Task | None:
    """Return the declared task called `name`; None if this release has none."""
    return _by_name.get(name)


def get_task(name: str) -> Task:
    """Return the declared task called `name`; raises KeyError if this release has none."""
    return _by_name[name]


def task_names() -> list[str]:
    """Return the names of all tasks that this release can run."""
    return list(_by_name)


def names_of(*, transactional: bool) -> list[str]:
    """Return the names of the tasks that run in a transaction, or of those that do not."""
    return [task.name for task in _by_name.values() if task.transactional is transactional]


def task_for(urgency: Urgency, *, preferred: str = "") -> Task:
    """Return the preferred task if it is of this class, otherwise the first that was declared of the class.

    A wake-up by any actor of a class is for all work of the class, but a release that lacks the actor rejects it.
    """
    task = _by_name.get(preferred)
    if task is not None and task.urgency is urgency:
        return task
    return next(each for each in _by_name.values() if each.urgency is urgency)
