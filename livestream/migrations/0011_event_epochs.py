"""Epochs of the event log: its numbers go on after a restore into another server."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models

from livestream.storage.sql_functions import PostgreSQLFunction

_OF_SERVER = "GREATEST(pg_current_xact_id()::text::bigint, pg_snapshot_xmax(pg_current_snapshot())::text::bigint - 1)"
# VOLATILE, so that it sees an epoch that began after its statement.
_FUNCTION = """
CREATE OR REPLACE FUNCTION livestream_event_transaction() RETURNS bigint LANGUAGE sql VOLATILE AS $$
    SELECT GREATEST(pg_current_xact_id()::text::bigint, pg_snapshot_xmax(pg_current_snapshot())::text::bigint - 1)
        + (SELECT coalesce(max(base), 0) FROM livestream_eventepoch);
$$;
"""


class _Default(migrations.RunPython):
    """Number events by the function; backwards, as migration 0003 did."""

    def __init__(self) -> None:
        super().__init__(self._forwards, self._backwards)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return self.__class__.__name__, [], {}

    @staticmethod
    def _set(schema_editor: Any, default: str) -> None:
        if schema_editor.connection.vendor == "postgresql":
            table, column = "livestream_eventrecord", "transaction"
            schema_editor.execute(f'ALTER TABLE {table} ALTER COLUMN "{column}" SET DEFAULT {default}', params=None)

    def _forwards(self, _: Any, schema_editor: Any) -> None:
        self._set(schema_editor, "livestream_event_transaction()")

    def _backwards(self, _: Any, schema_editor: Any) -> None:
        self._set(schema_editor, _OF_SERVER)


class Migration(migrations.Migration):
    dependencies = [("livestream", "0010_sign_ins")]

    operations = [
        migrations.CreateModel(
            name="EventEpoch",
            fields=[
                ("number", models.BigAutoField(primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=8, unique=True)),
                ("base", models.BigIntegerField()),
                ("started_at", models.DateTimeField()),
            ],
        ),
        PostgreSQLFunction("livestream_event_transaction()", _FUNCTION),
        _Default(),
    ]
