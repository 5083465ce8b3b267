"""Messages get a class of urgency, and a key that moves to `claimed_key` while they run."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import Q

from livestream.fields import ObjectIdField
from livestream.ids import new_id


def leave_room(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Leave room in each page, in which PostgreSQL writes a claimed row without new entries in the indexes."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE livestream_outboxmessage SET (fillfactor = 60)")


class Migration(migrations.Migration):
    dependencies = [("livestream", "0008_closed_accounts")]

    operations = [
        migrations.AlterField("outboxmessage", "actor", models.CharField(max_length=200)),
        # The previous release stores messages without these.
        migrations.AddField("outboxmessage", "urgency", models.PositiveSmallIntegerField(db_default=1)),
        migrations.AddField("outboxmessage", "claimed_key", models.CharField(max_length=200, null=True)),
        migrations.AlterField("outboxmessage", "sends", models.PositiveIntegerField(db_default=0)),
        migrations.AlterField("outboxmessage", "version", ObjectIdField(db_default="", default=new_id)),
        migrations.AddIndex(
            "outboxmessage",
            models.Index(fields=["urgency", "due_at"], condition=Q(failed_at=None), name="outbox_claimable"),
        ),
        migrations.AddIndex(
            "outboxmessage",
            models.Index(fields=["claimed_key"], condition=Q(claimed_key__isnull=False), name="outbox_claimed"),
        ),
        migrations.RemoveIndex("outboxmessage", "outbox_failing"),
        migrations.AddIndex(
            "outboxmessage",
            models.Index(fields=["due_at"], condition=Q(failed_at=None) & ~Q(error=""), name="outbox_failing"),
        ),
        migrations.RunPython(leave_room, migrations.RunPython.noop),
        # It stays in the table while processes of the previous release may run, which fill it.
        migrations.SeparateDatabaseAndState(state_operations=[migrations.RemoveField("outboxmessage", "sends")]),
    ]
