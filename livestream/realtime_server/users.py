"""The connections on which users have signed in."""

from __future__ import annotations

from collections import defaultdict
from typing import Protocol


class Closable(Protocol):
    """A connection, as far as ending it goes."""

    def close(self, *, code: int, reason: str) -> None: ...


class SignedIn:
    """Connections by user; one user may have many."""

    def __init__(self) -> None:
        self._by_user: defaultdict[str, set[Closable]] = defaultdict(set)

    def add(self, user_id: str, connection: Closable) -> None:
        """Note that a connection is a user's."""
        self._by_user[user_id].add(connection)

    def remove(self, user_id: str, connection: Closable) -> None:
        """Forget a connection that has ended."""
        self._by_user[user_id].discard(connection)
        if not self._by_user[user_id]:
            del self._by_user[user_id]

    def terminate(self, user_id: str, *, code: int, reason: str) -> None:
        """End all connections of a user."""
        for connection in list(self._by_user.get(user_id, ())):
            connection.close(code=code, reason=reason)

    def __len__(self) -> int:
        return len(self._by_user)
