"""An aggregate that joins texts, on each of the databases."""

from __future__ import annotations

from typing import Any

from django.db.models import Aggregate, TextField


class Joined(Aggregate):
    """`Joined(texts)`: the different texts in ascending order with a comma between two; NULL if there are none."""

    function, arity = "string_agg", 1
    template = "%(function)s(DISTINCT %(expressions)s, ',')"
    output_field = TextField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """Return the SQL for SQLite, whose function takes the comma by default, and which promises no order."""
        return self.as_sql(compiler, connection, template="group_concat(DISTINCT %(expressions)s)", **context)
