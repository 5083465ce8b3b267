"""Ctrl-C between two pieces of work, and never in the middle of one; and keeping to a rate."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def stop_on_signal() -> Iterator[threading.Event]:
    """Yield an event that Ctrl-C or SIGTERM sets; a second one does what it always does."""
    stop = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stop  # only the main thread may be told of signals
        return

    def ask_to_stop(number: int, _: FrameType | None) -> None:
        stop.set()
        signal.signal(number, before[signal.Signals(number)])

    before = {number: signal.signal(number, ask_to_stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Pace:
    """Lets `rate` steps a second happen; without one, as many as can."""

    def __init__(self, rate: float | None) -> None:
        self._pause = 1 / rate if rate else 0.0
        self._next = time.monotonic()

    def keep(self, stop: threading.Event) -> None:
        """Wait until the next step may be made, or `stop` is set."""
        if self._pause:
            stop.wait(max(self._next - time.monotonic(), 0))
            self._next = max(self._next, time.monotonic() - self._pause) + self._pause
