"""Database settings from a URL: PostgreSQL with a connection pool, or SQLite tuned for money."""

from pathlib import Path
from typing import Any

import dj_database_url
from environs import EnvError

# How long a query waits for a free connection. psycopg's own 30 s would hold every
# request that long when the database is away.
POOL_TIMEOUT_SECONDS = 5

Database = dict[str, Any]


def sqlite(*, path: Path | str, synchronous: str = "FULL") -> Database:
    """Return settings for a SQLite file that several threads and processes may write.

    IMMEDIATE takes the write lock at BEGIN, so a transaction never fails half-way on upgrading
    its lock; FULL makes a commit survive a power cut, which is what a wallet promises.
    """
    pragmas = f"PRAGMA journal_mode=WAL; PRAGMA synchronous={synchronous}; PRAGMA foreign_keys=ON;"
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "ATOMIC_REQUESTS": False,
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": pragmas},
    }


def from_url(url: str, *, pool_size: int | None, synchronous: str = "FULL") -> Database:
    """Return settings for a database URL; raise EnvError where it is not one."""
    try:
        parsed: Database = dict(dj_database_url.parse(url))
    except ValueError as error:
        raise EnvError(f"not a database URL. {error}") from error
    if is_sqlite(database=parsed):
        return sqlite(path=parsed["NAME"], synchronous=synchronous)
    if not is_postgres(database=parsed):
        raise EnvError("only postgresql:// and sqlite:// databases are supported.")
    if synchronous == "OFF":
        parsed.setdefault("OPTIONS", {})["options"] = "-c synchronous_commit=off"
    return _with_pool(database=parsed, pool_size=pool_size or 1)


def is_sqlite(*, database: Database) -> bool:
    """Return whether these settings are of a SQLite file."""
    return str(database.get("ENGINE", "")).endswith(".sqlite3")


def is_postgres(*, database: Database) -> bool:
    """Return whether these settings are of a PostgreSQL server."""
    return str(database.get("ENGINE", "")).endswith(".postgresql")


def _with_pool(*, database: Database, pool_size: int) -> Database:
    # Connections start on demand: a command that needs one should not open four.
    pool = {"min_size": 0, "max_size": pool_size, "timeout": POOL_TIMEOUT_SECONDS}
    # Django would have nothing prepared; its own cursors bind in the client and prepare nothing
    # anyway, so this concerns the one statement that is prepared explicitly (goals/sql.py).
    options = database.get("OPTIONS", {}) | {"pool": pool, "prepare_threshold": 5}
    # A pool and persistent connections exclude each other in Django.
    return database | {"CONN_MAX_AGE": 0, "ATOMIC_REQUESTS": False, "OPTIONS": options}
