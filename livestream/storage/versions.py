"""Row versions: a migration operation for a trigger that increments `version` at each change of a row.

An update may raise the version by more than one, but never by less.
"""

from __future__ import annotations

from typing import Any

from django.db import migrations

_POSTGRESQL = """
CREATE OR REPLACE FUNCTION count_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.version := greatest(OLD.version + 1, NEW.version);
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER {table}_version BEFORE UPDATE ON {table}
    FOR EACH ROW EXECUTE FUNCTION count_version();
"""
# SQLite cannot change the new row before it is written. Its triggers do not call themselves.
_SQLITE = """
CREATE TRIGGER IF NOT EXISTS {table}_version AFTER UPDATE ON {table}
BEGIN UPDATE {table} SET version = max(OLD.version + 1, NEW.version) WHERE id = NEW.id; END
"""


class CountsVersions(migrations.RunPython):
    """A reversible migration operation that creates the trigger on `table`, for every writer of the row.

    It has to be the last operation of each migration that alters the table: SQLite recreates a table
    without its triggers.
    """

    def __init__(self, table: str) -> None:
        self.table = table
        super().__init__(self._create, self._drop)

    def _create(self, _: Any, schema_editor: Any) -> None:
        statement = _POSTGRESQL if schema_editor.connection.vendor == "postgresql" else _SQLITE
        schema_editor.execute(statement.format(table=self.table), params=None)

    def _drop(self, _: Any, schema_editor: Any) -> None:
        on = f" ON {self.table}" if schema_editor.connection.vendor == "postgresql" else ""
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {self.table}_version{on}", params=None)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return self.__class__.__name__, [self.table], {}
