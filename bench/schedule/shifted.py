"""Runs a module on a machine whose clock is wrong: `python bench/schedule/shifted.py SECONDS MODULE [ARGUMENT …]`.

The clock is moved inside this process, before anything else is imported. This changes `time.time`,
`time.time_ns` and the present time of `datetime`, but no steady clock.
"""

from __future__ import annotations

import datetime as module
import runpy
import sys
import time
from datetime import timedelta, tzinfo
from typing import Any

_real = module.datetime


class _LikeReal(type):
    """Makes instances of the real class, which C code creates, instances of the moved one."""

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, _real)

    def __subclasscheck__(cls, subclass: type) -> bool:
        return issubclass(subclass, _real)


def shift(seconds: float) -> None:
    """Move this process's clock forward by `seconds`."""
    time_of_day, nanoseconds, difference = time.time, time.time_ns, timedelta(seconds=seconds)

    class Moved(_real, metaclass=_LikeReal):
        __slots__ = ()  # compiled modules check the size of the class

        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Any:
            return _real.now(tz) + difference

        @classmethod
        def utcnow(cls) -> Any:
            return _real.now(module.UTC).replace(tzinfo=None) + difference

    time.time = lambda: time_of_day() + seconds
    time.time_ns = lambda: nanoseconds() + int(seconds * 1_000_000_000)
    module.datetime = Moved  # type: ignore[misc]


if __name__ == "__main__":
    # The folder of this script was put there, whose modules would hide others.
    sys.path.pop(0)
    _, by, name, *arguments = sys.argv
    shift(float(by))
    sys.argv = [name, *arguments]
    runpy.run_module(name, run_name="__main__", alter_sys=True)
