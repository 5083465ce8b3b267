"""SQL statements that differ between databases, as a migration operation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import migrations

Statements = Mapping[str, Sequence[str]]


class VendorSQL(migrations.RunPython):
    """Runs `create`, and `drop` when the migration is reversed; both are statements by vendor, in order.

    In a migration that is not atomic, each statement is a transaction of its own.
    """

    def __init__(self, create: Statements, drop: Statements) -> None:
        self.create = create
        self.drop = drop
        super().__init__(self._create, self._drop)

    def _create(self, _: Any, schema_editor: Any) -> None:
        _run(self.create, schema_editor)

    def _drop(self, _: Any, schema_editor: Any) -> None:
        _run(self.drop, schema_editor)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return self.__class__.__name__, [self.create, self.drop], {}


def _run(statements: Statements, schema_editor: Any) -> None:
    for statement in statements.get(schema_editor.connection.vendor, ()):
        schema_editor.execute(statement, params=None)
