"""The backend, in the module in which Django looks for it (`ENGINE`).

Django checks each connection that leaves the pool with a round trip. This backend does so only if the server has sent
something, after a second without use, and before the first use. docs/decisions/0016-time-limits.md has the figures.
"""

from __future__ import annotations

import select
import time
from typing import Any

import psycopg
from django.db.backends.postgresql import base
from psycopg_pool import ConnectionPool, PoolTimeout

# A connection that was idle for longer is checked with a round trip, which notices a network that failed silently.
_TRUSTED_SECONDS = 1.0
# Between two connections that do not work.
_PAUSE_SECONDS = 0.01


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection of a thread for one request or task, taken from the pool of the process."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Return a connection that works; those that do not are replaced by the pool.

        Raises PoolTimeout if none is found within about twice the time for which the pool lets somebody wait.
        """
        began = time.monotonic()
        connection = super().get_new_connection(conn_params)
        while self.pool and not _works(connection):
            if time.monotonic() - began > self.pool.timeout:
                raise PoolTimeout("no connection of the pool works")
            time.sleep(_PAUSE_SECONDS)
            connection = super().get_new_connection(conn_params)
        return connection

    def _close(self) -> None:
        if self.connection is not None:
            self.connection.idle_since = time.monotonic()
        super()._close()  # type: ignore[misc]  # the stubs leave it out


def _works(connection: Any) -> bool:
    """Return whether a connection works; one that does not goes back to its pool."""
    is_kept = False
    try:
        # One that was never used may have waited in the pool as well.
        idle = time.monotonic() - getattr(connection, "idle_since", 0.0)
        if idle >= _TRUSTED_SECONDS or _has_input(connection):
            ConnectionPool.check_connection(connection)
        is_kept = True
    except psycopg.Error:
        pass
    finally:  # also if a signal or the end of the thread interrupts the check
        if not is_kept:
            connection._pool.putconn(connection)
    return is_kept


def _has_input(connection: Any) -> bool:
    """Return whether the server has sent data, or closed the connection, since its last answer was read."""
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))
