"""Expressions that join values or rows into one text. A text that is only compared is much faster to read than rows."""

from __future__ import annotations

from typing import Any

from django.db.models import Aggregate, Subquery, TextField


class Joined(Aggregate):
    """`Joined(texts)`: the texts without duplicates, separated by commas; NULL if there are none."""

    function, arity = "string_agg", 1
    # On PostgreSQL, DISTINCT sorts: the same texts give the same result in any order of rows.
    template = "%(function)s(DISTINCT %(expressions)s, ',')"
    output_field = TextField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """Return the SQL for SQLite, whose DISTINCT takes no separator and does not sort."""
        return self.as_sql(compiler, connection, template="group_concat(DISTINCT %(expressions)s)", **context)


class RowsAsText(Subquery):
    """`RowsAsText(queryset.values_list(…))`: a text that changes with the rows and with their order; NULL if none.

    The queryset must not refer to an outer one.
    """

    template = "(SELECT string_agg(found::text, ',') FROM (%(subquery)s) AS found)"
    output_field = TextField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """Return the SQL for SQLite, which cannot cast a row to text."""
        names: Any = self.query.selected
        columns = ", ".join(f"found.{connection.ops.quote_name(name)}" for name in names)
        template = "(SELECT group_concat(json_array(%(columns)s)) FROM (%(subquery)s) AS found)"
        return self.as_sql(compiler, connection, template=template, columns=columns, **context)

    def get_group_by_cols(self) -> list[Any]:
        """Return no columns: the text is the same for all rows of the outer query."""
        return []
