"""The errors that end an operator's command, each with an exit code, and the check for the right database."""

from __future__ import annotations

from django.core.management.base import CommandError
from django.db import InterfaceError, OperationalError, connection

from livestream.models import EventRecord

FAILED = 1
REFUSED = 2
INTERRUPTED = 130


class WrongArgument(CommandError):
    """The arguments are invalid; nothing was done."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, returncode=REFUSED)


class Unfinished(CommandError):
    """Some of the work failed, or the database was unavailable; the rest is done."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, returncode=FAILED)


class Interrupted(CommandError):
    """A signal stopped the command between two items."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, returncode=INTERRUPTED)


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
