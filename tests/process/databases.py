"""The database under a house of processes: SQLite, or the PostgreSQL that this run is on."""

from __future__ import annotations

import os
import secrets
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg

Rows = list[tuple[Any, ...]]


class Sqlite:
    """A file in the state folder."""

    def __init__(self, *, name: str, var: Path) -> None:
        self._path = var / "livestream.sqlite3"
        self.environment: dict[str, str] = {}

    def copy_from(self, other: Sqlite) -> None:
        """Take over what another, idle one holds."""
        with closing(sqlite3.connect(other._path)) as source, closing(sqlite3.connect(self._path)) as target:
            source.backup(target)

    def query(self, sql: str) -> Rows:
        """Read, also while the server writes, or after it was killed."""
        with closing(sqlite3.connect(self._path, timeout=20)) as connection:
            return connection.execute(sql).fetchall()

    def drop(self) -> None:
        """The folder goes away as a whole."""


class Postgres:
    """A database of its own on the server that DATABASE_URL names."""

    def __init__(self, *, name: str, var: Path) -> None:
        self._server = os.environ["DATABASE_URL"]
        self._name = f"livestream_process_{secrets.token_hex(4)}_{name}"
        url = urlsplit(self._server)._replace(path=f"/{self._name}").geturl()
        self.environment = {"DATABASE_URL": url, "DATABASE_POOL_SIZE": "20"}
        self._command(f'CREATE DATABASE "{self._name}"')

    def copy_from(self, other: Postgres) -> None:
        """Take over what another, idle one holds."""
        self.drop()
        self._command(f'CREATE DATABASE "{self._name}" TEMPLATE "{other._name}"')

    def query(self, sql: str) -> Rows:
        """Read, in a transaction of its own."""
        with psycopg.connect(self.environment["DATABASE_URL"]) as connection:
            return connection.execute(sql).fetchall()

    def change(self, sql: str) -> None:
        """Run statements that return nothing, in a transaction of their own."""
        with psycopg.connect(self.environment["DATABASE_URL"]) as connection:
            connection.execute(sql)

    def drop(self) -> None:
        """Throw the database away, whoever is still connected."""
        self._command(f'DROP DATABASE IF EXISTS "{self._name}" WITH (FORCE)')

    def _command(self, sql: str) -> None:
        with psycopg.connect(self._server, autocommit=True) as connection:
            connection.execute(sql)


Database = Sqlite | Postgres


def make_database(*, name: str, var: Path) -> Database:
    """Make a database on the kind of server that this run of the tests is on."""
    on_postgres = urlsplit(os.environ.get("DATABASE_URL", "")).scheme.startswith("postgres")
    return Postgres(name=name, var=var) if on_postgres else Sqlite(name=name, var=var)
