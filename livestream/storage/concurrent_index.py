"""An index that is built while rows are written, as a migration operation."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations


class AddIndexWhileWriting(AddIndexConcurrently):
    """Builds the index without blocking writers on PostgreSQL; other databases have no need to, nor a way.

    The migration must not be atomic. What an interrupted attempt left is replaced.
    """

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Build the index."""
        name = schema_editor.quote_name(self.index.name)
        if schema_editor.connection.vendor == "postgresql":
            with _waiting_for_older_transactions(schema_editor):
                schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
                super().database_forwards(app_label, schema_editor, from_state, to_state)
        else:
            schema_editor.execute(f"DROP INDEX IF EXISTS {name}")
            migrations.AddIndex.database_forwards(self, app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Drop the index."""
        if schema_editor.connection.vendor == "postgresql":
            with _waiting_for_older_transactions(schema_editor):
                super().database_backwards(app_label, schema_editor, from_state, to_state)
        else:
            migrations.AddIndex.database_backwards(self, app_label, schema_editor, from_state, to_state)


@contextmanager
def _waiting_for_older_transactions(schema_editor: Any) -> Iterator[None]:
    """Lift the limit of waits for locks: the statement waits for every older transaction, such as a backup."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        (before,) = cursor.fetchone()
    schema_editor.execute("SET lock_timeout TO 0")
    try:
        yield
    finally:
        schema_editor.execute(f"SET lock_timeout TO '{before}'")
