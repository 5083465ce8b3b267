"""The backend, in the module in which Django looks for it (`ENGINE`).

Django checks each connection that leaves the pool with a round trip. This backend does so only if the server has sent
something, or after a second without use. docs/decisions/0016-time-limits.md has the figures.
"""

from __future__ import annotations

import select
import time
from typing import Any

import psycopg
from django.db.backends.postgresql import base
from psycopg_pool import ConnectionPool

# A connection that was idle for longer is checked with a round trip, which notices a network that failed silently.
_TRUSTED_SECONDS = 1.0


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection of a thread for one request or task, taken from the pool of the process."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Return a connection that works. One that does not goes back to the pool, which replaces it."""
        connection = super().get_new_connection(conn_params)
        while self.pool and not _works(connection):
            self.pool.putconn(connection)
            connection = super().get_new_connection(conn_params)
        return connection

    def _close(self) -> None:
        if self.connection is not None:
            self.connection.idle_since = time.monotonic()
        super()._close()  # type: ignore[misc]  # the stubs leave it out


def _works(connection: Any) -> bool:
    idle_since = getattr(connection, "idle_since", None)
    if idle_since is None:  # it is new
        return True
    if time.monotonic() - idle_since < _TRUSTED_SECONDS and not _has_input(connection):
        return True
    try:
        ConnectionPool.check_connection(connection)
    except psycopg.OperationalError:
        return False
    return True


def _has_input(connection: Any) -> bool:
    """Return whether the server has sent data, or closed the connection, since its last answer was read."""
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))
