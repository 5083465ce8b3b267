"""Time limits of the database by the kind of process, so that no process waits long for one that hangs."""

import dataclasses
import math
from dataclasses import dataclass

from environs import Env, validate

from .process_kinds import COMMAND, RELAY, SERVE, WEB, WORKER

_DAY = 24 * 60 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Limits in seconds. 0 is no limit, except for `pool` and `connect`, which cannot be 0."""

    lock: float  # waiting for a lock that another transaction holds
    idle_in_transaction: float  # an open transaction without a query, because its process hangs
    statement: float
    pool: float  # waiting for a free connection
    sqlite_lock: float = 20
    connect: int = 3  # opening a connection, per address
    tcp: float = 8  # sent data that the other side does not acknowledge

    def server_options(self) -> str:
        """Return what PostgreSQL enforces, as `options` of a connection."""
        limits = {
            "lock_timeout": self.lock,
            "idle_in_transaction_session_timeout": self.idle_in_transaction,
            "statement_timeout": self.statement,
            # On the server's side. A process that hangs while it receives a large result is not idle: only this
            # limit ends its session.
            "tcp_user_timeout": self.tcp,
        }
        return " ".join(f"-c {name}={milliseconds(limit)}" for name, limit in limits.items() if limit)


def milliseconds(seconds: float) -> int:
    """Return whole milliseconds, rounded up: 0 would be no limit."""
    return math.ceil(seconds * 1000)


# docs/decisions/0016-time-limits.md has the reasons. A process that hangs in a transaction holds its locks for
# `idle_in_transaction` seconds. Others that need them continue at most 12 seconds after it began to hang.
LIMITS = {
    WEB: Limits(lock=2, idle_in_transaction=5, statement=10, pool=3, sqlite_lock=5),
    # The lock limit is less than a lease: while the first task of a batch waits, the others keep their claims.
    WORKER: Limits(lock=2, idle_in_transaction=8, statement=60, pool=5),
    RELAY: Limits(lock=0.2, idle_in_transaction=5, statement=5, pool=5),
    SERVE: Limits(lock=2, idle_in_transaction=8, statement=60, pool=5, sqlite_lock=5),
    # Migrations and `verify_ledger` take long, and a person waits for them. A migration that waits for a lock
    # blocks everybody behind it, so it gives up as well, and can be started again.
    COMMAND: Limits(lock=10, idle_in_transaction=60, statement=0, pool=10),
}
# For tests. Some have more threads than the pool has connections, and on a busy machine the last thread may wait
# long for one.
UNLIMITED = Limits(lock=0, idle_in_transaction=0, statement=0, pool=60, connect=60, tcp=0)


def read_limits(env: Env, *, kind: str | None) -> Limits:
    """Return the limits of a kind of process; environment variables override them."""
    usual = LIMITS.get(kind or COMMAND, LIMITS[COMMAND])  # an invalid kind is reported where PROCESS_KIND is read
    long = validate.Range(0, _DAY)
    lock = env.float("DATABASE_LOCK_TIMEOUT", None, validate=long)
    idle = env.float("DATABASE_IDLE_IN_TRANSACTION_TIMEOUT", usual.idle_in_transaction, validate=long)
    return dataclasses.replace(
        usual,
        lock=usual.lock if lock is None else lock,
        sqlite_lock=usual.sqlite_lock if lock is None else lock,
        idle_in_transaction=idle or 0,
        statement=env.float("DATABASE_STATEMENT_TIMEOUT", usual.statement, validate=long) or 0,
        pool=env.float("DATABASE_POOL_TIMEOUT", usual.pool, validate=validate.Range(0.1, _DAY)) or usual.pool,
        # libpq rounds 1 up to 2.
        connect=env.int("DATABASE_CONNECT_TIMEOUT", usual.connect, validate=validate.Range(2, _DAY)) or usual.connect,
        tcp=env.float("DATABASE_TCP_TIMEOUT", usual.tcp, validate=long) or 0,
    )
