"""Database settings from a URL: PostgreSQL with a connection pool, or SQLite tuned for money."""

import os
from pathlib import Path
from typing import Any

import dj_database_url
from environs import EnvError

from .limits import Limits, milliseconds

Database = dict[str, Any]


def sqlite(*, path: Path | str, synchronous: str = "FULL", lock_timeout: float = 20) -> Database:
    """Return settings for a SQLite file that several threads and processes may write.

    IMMEDIATE takes the write lock at BEGIN, and waits for it for at most `lock_timeout` seconds. So a
    transaction never fails half-way because it cannot upgrade its lock. FULL makes a commit survive a power
    cut, which is what a wallet promises.
    """
    pragmas = f"PRAGMA journal_mode=WAL; PRAGMA synchronous={synchronous}; PRAGMA foreign_keys=ON;"
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "ATOMIC_REQUESTS": False,
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": lock_timeout, "init_command": pragmas},
    }


def from_url(url: str, *, pool_size: int | None, limits: Limits, synchronous: str = "FULL") -> Database:
    """Return settings for a database URL; raises EnvError if it is not one.

    Options in the URL override the limits.
    """
    try:
        parsed: Database = dict(dj_database_url.parse(url))
    except ValueError as error:
        raise EnvError(f"not a database URL. {error}") from error
    if is_sqlite(database=parsed):
        return sqlite(path=parsed["NAME"], synchronous=synchronous, lock_timeout=limits.sqlite_lock)
    if not is_postgres(database=parsed):
        raise EnvError("only postgresql:// and sqlite:// databases are supported.")
    durability = "-c synchronous_commit=off" if synchronous == "OFF" else ""
    limited = _with_limits(database=parsed, limits=limits, options=durability)
    return _with_pool(database=limited, pool_size=pool_size or 1, timeout=limits.pool)


def is_sqlite(*, database: Database) -> bool:
    """Return whether these settings are of a SQLite file."""
    return str(database.get("ENGINE", "")).endswith(".sqlite3")


def is_postgres(*, database: Database) -> bool:
    """Return whether these settings are of a PostgreSQL server."""
    return str(database.get("ENGINE", "")).endswith(".postgresql")


def _with_limits(*, database: Database, limits: Limits, options: str) -> Database:
    given = database.get("OPTIONS", {})
    # Of two values the server takes the last one, so ours come first. If `options` is given, libpq ignores PGOPTIONS.
    theirs = given.get("options") or os.environ.get("PGOPTIONS", "")
    server = " ".join(filter(None, [limits.server_options(), options, theirs]))
    usual = {"connect_timeout": limits.connect} | _tcp(limits=limits)
    return database | {"OPTIONS": usual | given | ({"options": server} if server else {})}


def _tcp(*, limits: Limits) -> dict[str, int]:
    """Return options that notice a server that is gone although its connection is open, even while one waits for it."""
    if not limits.tcp:
        return {}
    probes = {"keepalives": 1, "keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3}
    return probes | {"tcp_user_timeout": milliseconds(limits.tcp)}


def _with_pool(*, database: Database, pool_size: int, timeout: float) -> Database:
    # Connections are opened on demand: a command that needs one should not open four. The pool stops trying to
    # open a connection when its caller gives up. Otherwise psycopg tries for five minutes, with growing pauses,
    # and would notice late that the database is back.
    pool = {"min_size": 0, "max_size": pool_size, "timeout": timeout, "reconnect_timeout": timeout}
    # Django's default for `prepare_threshold` is to prepare nothing. Its own cursors bind in the client and prepare
    # nothing anyway: this concerns only statements that are prepared explicitly (livestream/storage/compiled.py,
    # goals/sql.py).
    options = database.get("OPTIONS", {}) | {"pool": pool, "prepare_threshold": 5}
    # Django allows either a pool or persistent connections (CONN_MAX_AGE). Its own health check is a round trip for
    # each request or task; that of the service's backend is one only for a connection that may be broken.
    overrides = {
        "ENGINE": "livestream.storage.postgresql",
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": False,
        "ATOMIC_REQUESTS": False,
        "OPTIONS": options,
    }
    return database | overrides
