"""Model fields that every app shares, and a lookup of theirs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import models
from django.db.models import Lookup

from livestream import ids


class ObjectIdField(models.CharField):
    """A 24-hex ObjectId; as a primary key it is filled in before the row is written."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["max_length"] = 24
        if kwargs.get("primary_key"):
            kwargs.setdefault("default", ids.new_id)
            kwargs.setdefault("editable", False)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        name, path, args, kwargs = super().deconstruct()
        del kwargs["max_length"]
        return name, path, args, kwargs


@ObjectIdField.register_lookup
class Among(Lookup):
    """Compares an id with a JSON array of ids, as in `pk__among='["68…", "69…"]'`.

    It is `in` with a single parameter, so the SQL is the same for any number of ids, and can be kept
    (`livestream.storage.compiled`).
    """

    lookup_name = "among"

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        """Return the SQL for SQLite."""
        return self._compare(compiler, connection, "{} IN (SELECT value FROM json_each({}))")

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        """Return the SQL for PostgreSQL, which reads the array first, and then the index once for each id."""
        return self._compare(compiler, connection, "{} = ANY(ARRAY(SELECT jsonb_array_elements_text({}::jsonb)))")

    def _compare(self, compiler: Any, connection: Any, template: str) -> tuple[str, list[Any]]:
        column, of_column = self.process_lhs(compiler, connection)
        array, of_array = self.process_rhs(compiler, connection)
        return template.format(column, array), [*of_column, *of_array]
