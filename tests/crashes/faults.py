"""Faults at one statement of a process: it dies there, or the database answers with an error."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db import OperationalError, connection

from tests.support.probes import Killed

_PATIENCE_MILLISECONDS = 10_000
_DEADLOCK = "DO $$ BEGIN RAISE EXCEPTION 'a deadlock' USING ERRCODE = '40P01'; END $$"


class Kind(StrEnum):
    """What happens: the process dies, the transaction is rolled back for another one, or the connection is lost."""

    DEATH, DEADLOCK, LOSS = "death", "deadlock", "loss"


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault at the statement `number`, counted from 1: before it is executed, or right after."""

    number: int
    kind: Kind
    after: bool = False

    def __str__(self) -> str:
        return f"{self.kind} {'after' if self.after else 'before'} statement {self.number}"


class Statements:
    """Counts the statements of this thread, including commits, and makes one fault happen.

    `hit`: the statement at which it happened.
    `lasting`: the numbers of the statements that commit, or that need no commit.
    `paused`: nothing is counted meanwhile.
    """

    def __init__(self, fault: Fault | None = None) -> None:
        self.fault = fault
        self.count = 0
        self.hit = ""
        self.lasting: list[int] = []
        self.paused = True
        self._dead = False
        self._backend: int | None = None

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Count during the block."""
        database: Any = connection
        commit = database._commit
        database._commit = lambda: self._at("COMMIT", commit)
        try:
            with connection.execute_wrapper(self):
                yield
        finally:
            del database._commit

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        return self._at(sql, lambda: execute(sql, params, many, context))

    def wait_until_session_ended(self) -> None:
        """Wait until the database has noticed the death. What follows belongs to another process."""
        self._dead = False
        if self._backend is not None:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(%s, %s)", [self._backend, _PATIENCE_MILLISECONDS])
            self._backend = None

    def _at(self, sql: str, execute: Callable[[], Any]) -> Any:
        if self._dead:  # handlers and `finally` blocks still run here; in a killed process they would not
            raise Killed
        if self.paused:
            return execute()
        self.count += 1
        if not connection.in_atomic_block:
            self.lasting.append(self.count)
        if self.fault is None or self.count != self.fault.number:
            return execute()
        self.hit = sql
        if self.fault.after:
            execute()
        _FAULTS[self.fault.kind](self)
        raise AssertionError("unreachable: a fault raises")

    def _die(self) -> None:
        """Leave the database as a killed process does: its connection is cut, and no transaction is ended."""
        raw: Any = connection.connection
        if connection.vendor == "postgresql":
            self._backend = raw.info.backend_pid
        raw.close()
        connection.close()
        self._dead = True
        raise Killed

    def _give_way(self) -> None:
        if connection.vendor != "postgresql":
            raise OperationalError("database is locked")
        _ask(_DEADLOCK)

    def _lose_connection(self) -> None:
        if connection.vendor != "postgresql":
            raw: Any = connection.connection
            raw.rollback()  # SQLite has then ended the transaction by itself
            raise OperationalError("disk I/O error")
        _ask("SELECT pg_terminate_backend(pg_backend_pid())")


_FAULTS: dict[Kind, Callable[[Statements], None]] = {
    Kind.DEATH: Statements._die,
    Kind.DEADLOCK: Statements._give_way,
    Kind.LOSS: Statements._lose_connection,
}


def _ask(sql: str) -> None:
    """Ask PostgreSQL for an error, so that its session is in the state that such an error leaves."""
    raw: Any = connection.connection
    with connection.wrap_database_errors:
        raw.execute(sql)
