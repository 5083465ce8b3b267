"""SQL functions of PostgreSQL, as a migration operation that other databases skip."""

from __future__ import annotations

from typing import Any

from django.db import migrations


class PostgreSQLFunction(migrations.RunPython):
    """Create a function with `create`, and drop it by `signature` when the migration is reversed.

    If it replaces another function, reversing creates that one again, with `before`.
    """

    def __init__(self, signature: str, create: str, *, before: str | None = None) -> None:
        self.signature = signature
        self.create = create
        self.before = before
        super().__init__(self._create, self._drop)

    def _create(self, _: Any, schema_editor: Any) -> None:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(self.create, params=None)

    def _drop(self, _: Any, schema_editor: Any) -> None:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(self.before or f"DROP FUNCTION {self.signature}", params=None)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return self.__class__.__name__, [self.signature, self.create], {"before": self.before} if self.before else {}
