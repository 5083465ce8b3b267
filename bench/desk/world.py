"""A year of the product, made by SQL: consistent enough that `verify_ledger` finds nothing wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction

from bench.desk import statements
from bench.world import settle_down
from wallet import transfer_ids
from wallet.services import accounts


@dataclass(frozen=True, slots=True)
class Size:
    """How many rows there are; ten goals make a session, and the first goal has a crowd of its own."""

    transfers: int = 1_000_000
    goals: int = 100_000
    holds: int = 680_000
    crowd: int = 100_000
    viewers: int = 20_000
    streamers: int = 1_000
    events: int = 500_000
    pushes: int = 300_000
    webhooks: int = 300_000
    tasks: int = 100_000

    def smaller(self, divisor: int) -> Size:
        """Return a small world of the same shape."""
        return Size(**{name: max(10, getattr(self, name) // divisor) for name in self.__slots__})


def build(*, size: Size, now: datetime) -> Iterator[str]:
    """Fill the empty tables, and yield what is being made."""
    values = {name: getattr(size, name) for name in size.__slots__}
    values |= {"now": now, "begin": now - timedelta(days=365), "year": 365 * 86400.0, "deposits": transfer_ids.DEPOSITS}
    with transaction.atomic(), connection.cursor() as cursor:
        accounts.ensure_deposits_account(now=now)
        for name, statement in statements.IN_ORDER.items():
            yield name
            cursor.execute(statement, values)
    yield "statistics"
    settle_down()
