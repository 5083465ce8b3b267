"""An index on the order of events, built while events are stored: the log may be long."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class _AddIndex(AddIndexConcurrently):
    """Build the index without a lock on PostgreSQL; other databases have no need to, nor a way."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if schema_editor.connection.vendor == "postgresql":
            # It waits for every older transaction, so for longer than a usual limit allows; and an index that an
            # interrupted attempt left is invalid, and in the way.
            schema_editor.execute("SET lock_timeout TO 0")
            schema_editor.execute("DROP INDEX CONCURRENTLY IF EXISTS event_in_order")
            super().database_forwards(app_label, schema_editor, from_state, to_state)
            schema_editor.execute("RESET lock_timeout")
        else:
            migrations.AddIndex.database_forwards(self, app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if schema_editor.connection.vendor == "postgresql":
            super().database_backwards(app_label, schema_editor, from_state, to_state)
        else:
            migrations.AddIndex.database_backwards(self, app_label, schema_editor, from_state, to_state)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("livestream", "0011_event_epochs")]
    operations = [
        _AddIndex(
            model_name="eventrecord",
            index=models.Index(fields=["transaction", "position"], name="event_in_order"),
        ),
    ]
