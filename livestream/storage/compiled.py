"""Queries of the ORM that are compiled once for each process, and prepared once for each connection.

Compiling a query to SQL takes the ORM ten times as long as PostgreSQL needs to answer it. The hot queries of
the service are the same each time but for a value or two. So their SQL is kept. Everything else stays the
ORM's: the SQL itself, the conversion of values, and the objects. docs/decisions/0025-compiled-queries.md has
the figures.

    _one = CompiledQuery(lambda goal_id: Goal.objects.select_related("streamer").filter(pk=goal_id))
    goal = _one.first(goal_id="68143584d6945d32e732cc21")
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar, cast

import psycopg
from django.db import NotSupportedError, connection
from django.db.models import QuerySet
from django.db.transaction import TransactionManagementError
from psycopg import sql

from livestream.storage.conflicts import OutdatedStatement

Row = TypeVar("Row")


class _Placeholder(str):
    """Stands for a value in the query that is compiled: its name after a NUL, which PostgreSQL takes for no value."""


@dataclass(frozen=True, slots=True)
class _Compiled:
    """The SQL of a query, its parameters (of which some are placeholders), and what the ORM needs to read its rows."""

    queryset: Any
    sql: str
    parameters: tuple[Any, ...]
    compiler: Any
    converters: list[tuple[int, tuple[list[Any], Any]]]
    locks: bool


class CompiledQuery(Generic[Row]):
    """A query whose values are given by name each time; each is a `str`.

    `build` is called once for each kind of database, with placeholders whose contents it must not use. It must not
    prefetch.
    """

    made: ClassVar[list[CompiledQuery[Any]]] = []
    """All queries of the process: a test compares each of them with its queryset."""

    def __init__(self, build: Callable[..., QuerySet[Any, Row]]) -> None:
        self._build = build
        self.names = tuple(inspect.signature(build).parameters)
        self._by_vendor: dict[str, _Compiled] = {}
        self.made.append(self)

    def all(self, **values: str) -> list[Row]:
        """Return the rows for these values, in one round trip."""
        compiled = self._by_vendor.get(connection.vendor) or self._compile()
        if compiled.locks and not connection.in_atomic_block:
            raise TransactionManagementError("A query that locks rows needs an open transaction.")
        bound = [
            values[each.removeprefix("\0")] if type(each) is _Placeholder else each for each in compiled.parameters
        ]
        answered = _Answered(compiled, _execute(compiled.sql, bound))
        return list(compiled.queryset._iterable_class(answered))

    def first(self, **values: str) -> Row | None:
        """Return the first row for these values, or None. A query that can find several must order and limit them."""
        return next(iter(self.all(**values)), None)

    def queryset(self, **values: str) -> QuerySet[Any, Row]:
        """Return the same query as a queryset, which is compiled again: the reference for tests."""
        return self._build(**values)

    def _compile(self) -> _Compiled:
        queryset = self._build(**{name: _Placeholder(f"\0{name}") for name in self.names})
        compiler: Any = queryset.query.get_compiler(using=queryset.db)
        text, parameters = compiler.as_sql()
        if connection.vendor == "postgresql":
            text, parameters = _with_literals(text, parameters)
        columns = [column for column, *_ in compiler.select[: compiler.col_count]]
        converters = list(compiler.get_converters(columns).items())
        locks = queryset.query.select_for_update and connection.features.has_select_for_update
        compiled = _Compiled(queryset, text, tuple(parameters), compiler, converters, locks)
        return self._by_vendor.setdefault(connection.vendor, compiled)


class _Answered:
    """A queryset, its query and its compiler, as the ORM's iterables see them; the query has been executed."""

    def __init__(self, compiled: _Compiled, rows: Sequence[Sequence[Any]]) -> None:
        self._compiled, self._rows = compiled, rows
        self.query = self
        self.db, self.model = compiled.queryset.db, compiled.queryset.model
        self._fields: tuple[str, ...] = ()
        self._known_related_objects: dict[Any, Any] = {}
        compiler = compiled.compiler
        self.select, self.klass_info = compiler.select, compiler.klass_info
        self.annotation_col_map = compiler.annotation_col_map

    def get_compiler(self, *_: Any, **__: Any) -> _Answered:
        return self

    def execute_sql(self, *_: Any, **__: Any) -> Sequence[Sequence[Any]]:
        return self._rows

    def results_iter(self, *_: Any, tuple_expected: bool = False, **__: Any) -> Iterable[Sequence[Any]]:
        for row in self._rows:
            values = list(row)
            for position, (converters, expression) in self._compiled.converters:
                for convert in converters:
                    values[position] = convert(values[position], expression, connection)
            yield tuple(values) if tuple_expected else values


def _with_literals(text: str, parameters: Sequence[Any]) -> tuple[str, list[Any]]:
    """Write all parameters except the placeholders into the SQL: PostgreSQL cannot infer the types of some."""
    connection.ensure_connection()
    parts = iter(text.split("%s"))
    written = [next(parts)]
    for each, part in zip(parameters, parts, strict=True):
        literal = "%s" if type(each) is _Placeholder else sql.Literal(each).as_string(connection.connection)
        written += [literal if literal == "%s" else literal.replace("%", "%%"), part]
    return "".join(written), [each for each in parameters if type(each) is _Placeholder]


def _execute(text: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Execute a statement that will be executed again.

    On PostgreSQL it bypasses Django's cursor, which writes the values into the SQL, so that the server would plan the
    query each time. While queries are logged or wrapped, as in tests, it does not.
    """
    if connection.vendor != "postgresql" or connection.queries_logged or connection.execute_wrappers:
        with connection.cursor() as cursor:
            cursor.execute(text, parameters)
            return cast("list[tuple[Any, ...]]", cursor.fetchall())
    connection.validate_no_broken_transaction()
    try:
        return _execute_prepared(text, parameters)
    except NotSupportedError as error:
        # A migration has changed the type of a column: the server refuses the statement as it was prepared.
        if connection.in_atomic_block:
            raise OutdatedStatement(*error.args) from error
        connection.connection.execute("DEALLOCATE ALL")  # psycopg forgets its prepared statements as well
        return _execute_prepared(text, parameters)


def _execute_prepared(text: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        return cursor.execute(text, parameters, prepare=True).fetchall()
