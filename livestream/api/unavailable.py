"""Refusals for errors of the database: it is away, a time limit was reached, or the clock is skewed."""

from __future__ import annotations

import structlog
from django.db import InterfaceError, OperationalError

from livestream.errors import DomainError, TryLater
from livestream.storage import conflicts, limits
from livestream.storage.database_clock import ClockSkewed

log = structlog.get_logger(__name__)


class TemporarilyUnavailable(TryLater):
    """The database cannot be reached at the moment. Nothing was changed."""

    code = "temporarily_unavailable"
    title = "The service is not available at the moment; try again in a moment"


class Busy(TryLater):
    """Other calls are changing the same data, and waiting for them took too long. Nothing was changed."""

    code = "busy"
    title = "Another call is changing the same data; try again in a moment"


def refusal_of(error: BaseException) -> DomainError | None:
    """Return the refusal for an error of the database or its clock, and log and count the error.

    None for any other error.
    """
    if isinstance(error, ClockSkewed):
        return error
    error = limits.root_of(error)
    limit = limits.count(error)
    if limit is None and not isinstance(error, (OperationalError, InterfaceError)):
        return None
    if limit is None:
        log.error("database_unavailable", exc_info=error)
    else:
        log.warning("database_limit", limit=limit, exc_info=error)
    busy = limit == limits.STATEMENT or conflicts.gave_way(error)
    return Busy(retry_after=1) if busy else TemporarilyUnavailable(retry_after=1)
