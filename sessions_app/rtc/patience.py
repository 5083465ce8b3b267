"""A vendor that hangs must not hold up everybody who works here."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sessions_app.rtc.contract import NotAsked, Refused, Unavailable


class Patience:
    """Lets everybody ask who is trusted, and one at a time who did not answer lately.

    A call that hangs costs a worker several seconds. Without this an outage of the vendor
    would, call by call, take all the workers of a process away from the money.
    """

    def __init__(self) -> None:
        self._doubted = False
        self._asking = threading.Lock()

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Surround a call; raises NotAsked while another one finds out whether it is worth it."""
        alone = self._doubted
        if alone and not self._asking.acquire(blocking=False):
            raise NotAsked("The provider does not answer; another call is asking it.")
        try:
            yield
        except Unavailable:
            self._doubted = True
            raise
        except Refused:
            self._doubted = False
            raise
        else:
            self._doubted = False
        finally:
            if alone:
                self._asking.release()
