"""An index that is built while rows are written, as a migration operation."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations


class AddIndexWhileWriting(AddIndexConcurrently):
    """Builds the index without a lock on PostgreSQL; other databases have no need to, nor a way.

    The migration must not be atomic.
    """

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Build the index, also where an interrupted attempt left an invalid one."""
        if schema_editor.connection.vendor == "postgresql":
            # It waits for every older transaction, so for longer than a usual limit allows.
            schema_editor.execute("SET lock_timeout TO 0")
            schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {schema_editor.quote_name(self.index.name)}")
            super().database_forwards(app_label, schema_editor, from_state, to_state)
            schema_editor.execute("RESET lock_timeout")
        else:
            migrations.AddIndex.database_forwards(self, app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Drop the index, on PostgreSQL without a lock."""
        if schema_editor.connection.vendor == "postgresql":
            super().database_backwards(app_label, schema_editor, from_state, to_state)
        else:
            migrations.AddIndex.database_backwards(self, app_label, schema_editor, from_state, to_state)
