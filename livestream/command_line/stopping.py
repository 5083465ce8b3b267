"""Stopping a command between two items, and limiting its rate."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def stop_on_signal() -> Iterator[threading.Event]:
    """Yield an event that Ctrl-C or SIGTERM sets; a second signal is handled as usual."""
    stop = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stop  # Python delivers signals to the main thread only
        return

    def request_stop(number: int, _: FrameType | None) -> None:
        stop.set()
        signal.signal(number, before[signal.Signals(number)])

    before = {number: signal.signal(number, request_stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Pace:
    """A rate limit of `rate` items a second; None is no limit."""

    def __init__(self, rate: float | None) -> None:
        self._pause = 1 / rate if rate else 0.0
        self._next = time.monotonic()

    def keep(self, stop: threading.Event) -> None:
        """Wait until the next item may be processed, or `stop` is set."""
        if self._pause:
            stop.wait(max(self._next - time.monotonic(), 0))
            self._next = max(self._next, time.monotonic() - self._pause) + self._pause
