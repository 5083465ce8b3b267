"""Conflicts between transactions: serialization failures, deadlocks and lock timeouts, and which are retried."""

from __future__ import annotations

import functools
import random
import time
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from django.db import OperationalError, transaction

from livestream.storage import limits

P = ParamSpec("P")
R = TypeVar("R")

TRIES = 5
_LONGEST_PAUSE_SECONDS = 0.2
# PostgreSQL's serialization_failure and deadlock_detected: it has rolled the transaction back.
_STATES = {"40001", "40P01"}


class OutdatedStatement(OperationalError):
    """A migration has outdated a prepared statement in a transaction; a retry of it prepares the statement again."""


def retried(function: Callable[P, R]) -> Callable[P, R]:
    """Decorate a service that opens the outermost transaction: retry it after a conflict.

    Inside another transaction it is not retried, since only the outermost one can be run again
    as a whole. A conflict at the fifth try is raised. A lock timeout is raised at once: the other
    transaction still runs, and five limits are longer than a caller waits.
    """

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        tries = 1 if transaction.get_connection().in_atomic_block else TRIES
        for left in reversed(range(tries)):
            try:
                return function(*args, **kwargs)
            except OperationalError as error:
                if not left or not is_conflict(error):
                    raise
                time.sleep(random.uniform(0, _LONGEST_PAUSE_SECONDS))  # noqa: S311 - only spreads load
        raise AssertionError("unreachable: the last try returns or raises")

    return run


def is_conflict(error: BaseException) -> bool:
    """Return whether the database rolled a transaction back in favour of another one, or of a migration."""
    is_outdated = isinstance(error, OutdatedStatement)
    return is_outdated or limits.state_of(error) in _STATES or limits.is_sqlite_lock(error)


def gave_way(error: BaseException) -> bool:
    """Return whether a transaction failed only because of another one, so that running it again may succeed.

    True for a serialization failure, a deadlock, a lock timeout and SQLite's "database is locked".
    """
    error = limits.root_of(error)
    return is_conflict(error) or limits.limit_of(error) == limits.LOCK
