"""The check that the database has the tables of the service: an operator may have named the wrong one."""

from __future__ import annotations

from django.db import InterfaceError, OperationalError, connection

from livestream.command_line.exits import Unfinished, WrongArgument
from livestream.models import EventRecord


def refuse_without_tables() -> None:
    """Raise WrongArgument where the database has no tables of the service, Unfinished where it is unavailable."""
    try:
        tables = connection.introspection.table_names()
    except (OperationalError, InterfaceError) as error:
        raise Unfinished(f"the database is away ({error})") from error
    if EventRecord._meta.db_table not in tables:
        raise WrongArgument(
            "this database has no tables of the service: LIVESTREAM_VAR or DATABASE_URL is not that of the server,"
            " or it was never migrated"
        )
