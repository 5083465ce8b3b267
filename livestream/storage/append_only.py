"""Append-only tables: migration operations for triggers that refuse to change or delete a row."""

from __future__ import annotations

from typing import Any

from django.db import migrations

_POSTGRESQL = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE OR REPLACE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""
_SQLITE = """
CREATE TRIGGER IF NOT EXISTS {table}_append_only_{verb} BEFORE {verb} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END
"""


def protect(table: str, schema_editor: Any) -> None:
    """Create the triggers that keep `table` append-only, if they do not exist."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(_POSTGRESQL.format(table=table), params=None)
    else:
        for verb in ("UPDATE", "DELETE"):
            schema_editor.execute(_SQLITE.format(table=table, verb=verb), params=None)


def release(table: str, schema_editor: Any) -> None:
    """Drop the triggers that `protect` created."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"DROP TRIGGER {table}_append_only ON {table}", params=None)
    else:
        for verb in ("UPDATE", "DELETE"):
            schema_editor.execute(f"DROP TRIGGER {table}_append_only_{verb}", params=None)


class AppendOnly(migrations.RunPython):
    """The reversible migration operation that makes `table` append-only."""

    def __init__(self, table: str) -> None:
        self.table = table
        super().__init__(self._protect, self._release)

    def _protect(self, _: Any, schema_editor: Any) -> None:
        protect(self.table, schema_editor)

    def _release(self, _: Any, schema_editor: Any) -> None:
        release(self.table, schema_editor)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return self.__class__.__name__, [self.table], {}


class StaysAppendOnly(AppendOnly):
    """The first and the last operation of a migration that changes an append-only `table`.

    For many changes, SQLite recreates the table without its triggers, forwards and backwards.
    """

    def __init__(self, table: str) -> None:
        super().__init__(table)
        self.reverse_code = self._protect
