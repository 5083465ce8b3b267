"""What takes long, or hangs, must not hold up everybody who works here."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext


class OneAtATime:
    """Lets one at a time through, of all threads of a process, and has nobody wait."""

    def __init__(self, *, otherwise: type[Exception]) -> None:
        self._busy = threading.Lock()
        self._otherwise = otherwise

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Surround what one may do at a time; raises `otherwise` while another one does it."""
        if not self._busy.acquire(blocking=False):
            raise self._otherwise("Another call is at it.")
        try:
            yield
        finally:
            self._busy.release()


class Patience:
    """Lets everybody ask who is trusted, and one at a time who did not answer lately.

    A call that hangs costs a worker several seconds. Without this an outage of whoever is
    asked would, call by call, take all the workers of a process away from the money.
    `unanswered` is what a call raises that got no answer, `otherwise` what is raised here.
    """

    def __init__(self, *, unanswered: type[Exception], otherwise: type[Exception]) -> None:
        self._doubted = False
        self._unanswered = unanswered
        self._turns = OneAtATime(otherwise=otherwise)

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Surround a call; raises `otherwise` while another one finds out whether it is worth it."""
        with self._turns.alone() if self._doubted else nullcontext():
            try:
                yield
            except self._unanswered:
                self._doubted = True
                raise
            except Exception:
                self._doubted = False
                raise
            else:
                self._doubted = False
