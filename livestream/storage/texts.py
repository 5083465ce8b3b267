"""Rows and values as one text, on each of the databases: for what is only compared, reading one text is much faster."""

from __future__ import annotations

from typing import Any

from django.db.models import Aggregate, Subquery, TextField


class Joined(Aggregate):
    """`Joined(texts)`: the different texts with a comma between two, on PostgreSQL in ascending order; NULL if none."""

    function, arity = "string_agg", 1
    template = "%(function)s(DISTINCT %(expressions)s, ',')"
    output_field = TextField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """Return the SQL for SQLite, whose function uses a comma and cannot sort."""
        return self.as_sql(compiler, connection, template="group_concat(DISTINCT %(expressions)s)", **context)


class RowsAsText(Subquery):
    """`RowsAsText(queryset.values_list(…))`: a text that changes with the rows and with their order; NULL if none.

    The queryset must not refer to an outer one.
    """

    template = "(SELECT string_agg(found::text, ',') FROM (%(subquery)s) AS found)"
    output_field = TextField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """Return the SQL for SQLite, which does not convert a row."""
        columns = ", ".join(f"found.{connection.ops.quote_name(name)}" for name in self.query.selected or ())
        template = "(SELECT group_concat(json_array(%(columns)s)) FROM (%(subquery)s) AS found)"
        return self.as_sql(compiler, connection, template=template, columns=columns, **context)

    def get_group_by_cols(self) -> list[Any]:
        """Return nothing: it is the same for all rows."""
        return []
