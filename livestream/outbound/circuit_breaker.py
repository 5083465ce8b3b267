"""A circuit breaker: while a server does not answer, one thread at a time finds out whether it does again.

A call that hangs costs a worker several seconds. Without a breaker, an outage of one server would
call by call occupy all threads of a process, and those that move money among them.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class CircuitOpen(Exception):
    """The server did not answer the last call, and another call is probing it now."""


class CircuitBreaker:
    """Guards the calls of one process to one server.

    *Closed*, every call goes through. A call that raises `failure` makes the circuit *half-open*:
    the next call goes through as its probe. While that is in flight the circuit is *open* and
    refuses all others. Any answer closes it, even one that says no, since then the server is there.
    No time has to pass before a probe: the outbox already spaces its retries.
    """

    def __init__(self, *, failure: type[Exception] | tuple[type[Exception], ...]) -> None:
        self._failure = failure
        self._failing = False
        self._probe = threading.Lock()

    def close(self) -> None:
        """Let every call through again, as at the start."""
        self._failing = False

    @contextmanager
    def calling(self) -> Iterator[None]:
        """Surround a call; raises CircuitOpen, without waiting, while a probe is in flight."""
        probing = self._failing
        if probing and not self._probe.acquire(blocking=False):
            raise CircuitOpen("The last call got no answer, and another call is probing the server.")
        try:
            yield
        except self._failure:
            self._failing = True
            raise
        except Exception:
            self._failing = False
            raise
        else:
            self._failing = False
        finally:
            if probing:
                self._probe.release()
