"""Messages get a class of urgency, and a key that moves to `claimed_key` while they run."""

from django.db import migrations, models
from django.db.models import Q

from livestream.fields import ObjectIdField
from livestream.ids import new_id


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
        # It stays in the table while processes of the previous release may run, which fill it.
        migrations.SeparateDatabaseAndState(state_operations=[migrations.RemoveField("outboxmessage", "sends")]),
    ]
