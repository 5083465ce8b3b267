"""The arguments of tasks: checked and made JSON when they are stored, revived when the task runs."""

from __future__ import annotations

import functools
import typing
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from livestream import codec
from livestream.outbox.registry import Task, TaskFunction


def storable(task: Task, args: tuple[object, ...], kwargs: Mapping[str, object]) -> dict[str, Any]:
    """Return the arguments of a task as JSON types.

    Raises TypeError for positional, unknown and missing arguments, for a `now`, which is the
    worker's to fill in, and for values that JSON cannot hold.
    """
    if args:
        raise TypeError(f"{task.name}() takes its arguments by keyword")
    # Whatever stands for the moment here is not stored.
    moment = (None,) if task.takes_moment else ()
    try:
        task.signature.bind(*moment, **kwargs)
        return codec.encode(kwargs)
    except TypeError as error:
        raise TypeError(f"{task.name}(): {error}") from error


def call(task: Task, stored: Mapping[str, Any], *, now: datetime) -> None:
    """Run a task with its stored arguments, and with `now` where it takes the moment.

    Raises TypeError for arguments that the function of this release does not take.
    """
    hints = _hints(task.function)
    arguments = {name: codec.decode(value, hints.get(name)) for name, value in stored.items()}
    if task.takes_moment:
        task.function(now, **arguments)
    else:
        task.function(**arguments)


@functools.cache
def _hints(function: TaskFunction) -> dict[str, Any]:
    return typing.get_type_hints(function)
