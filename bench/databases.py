"""Databases that a benchmark makes for itself, and takes away again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import psycopg
from django.core.management import call_command
from django.db import connections
from psycopg import sql

# Written on what a benchmark made, so that no run ever drops a database of somebody's.
MARK = "made by bench"


@contextmanager
def temporary_database(*, url: str, migrate: bool = True) -> Iterator[str]:
    """Create the database that `url` names, migrate it, and drop it in the end.

    One that an earlier run left behind is replaced; any other is refused with SystemExit.
    """
    name = urlsplit(url).path.lstrip("/")
    _drop(url, name)
    _run(url, sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    _run(url, sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(name), MARK))
    try:
        if migrate:
            call_command("migrate", interactive=False, verbosity=0)
        yield url
    finally:
        connections.close_all()
        _drop(url, name)


def _drop(url: str, name: str) -> None:
    with _server(url) as server:
        comment = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s"
        found = server.execute(comment, [name]).fetchone()
    if found is None:
        return
    if found[0] != MARK:
        raise SystemExit(f"The database {name} was not made by a benchmark; name another one.")
    _run(url, sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _run(url: str, statement: sql.Composed) -> None:
    with _server(url) as server:
        server.execute(statement)


def _server(url: str) -> psycopg.Connection[tuple[str | None]]:
    return psycopg.connect(urlunsplit(urlsplit(url)._replace(path="/postgres")), autocommit=True)
