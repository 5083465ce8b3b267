"""Doing the same thing many times at the same moment."""

import threading
from concurrent.futures import ThreadPoolExecutor

from django.db import connections


def all_at_once(act, *, times):
    """Call `act` from this many threads at once; return what each returned, or raised."""
    barrier = threading.Barrier(times)

    def one(_):
        try:
            barrier.wait(timeout=20)
            return act()
        except Exception as error:  # noqa: BLE001 - what was raised is the answer
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(one, range(times)))
