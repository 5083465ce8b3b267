"""A bulkhead: work that takes long occupies one thread of a process, and the others stay free."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class BulkheadFull(Exception):
    """Another thread of this process does such work at the moment."""


class Bulkhead:
    """Admits one thread of a process at a time, and refuses the others instead of having them wait."""

    def __init__(self) -> None:
        self._occupied = threading.Lock()

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Surround the work; raises BulkheadFull while another thread is inside."""
        if not self._occupied.acquire(blocking=False):
            raise BulkheadFull("Another thread of this process is doing this.")
        try:
            yield
        finally:
            self._occupied.release()
