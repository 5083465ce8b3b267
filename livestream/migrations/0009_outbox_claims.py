"""Messages get a class of urgency, and a key that moves to `claimed_key` while they run."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("livestream", "0008_closed_accounts")]

    operations = [
        migrations.AlterField("outboxmessage", "actor", models.CharField(max_length=200)),
        # The previous release stores messages without these, and fills two columns that are no longer read.
        migrations.AddField("outboxmessage", "urgency", models.PositiveSmallIntegerField(db_default=1)),
        migrations.AddField("outboxmessage", "claimed_key", models.CharField(max_length=200, null=True)),
        migrations.AlterField("outboxmessage", "sends", models.PositiveIntegerField(db_default=0)),
        migrations.AlterField("outboxmessage", "version", models.CharField(max_length=24, db_default="")),
        migrations.AddIndex(
            "outboxmessage",
            models.Index(fields=["urgency", "due_at"], condition=Q(failed_at=None), name="outbox_claimable"),
        ),
        migrations.AddIndex(
            "outboxmessage",
            models.Index(fields=["claimed_key"], condition=Q(claimed_key__isnull=False), name="outbox_claimed"),
        ),
        # They stay in the table while processes of the previous release may run.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveField("outboxmessage", "sends"),
                migrations.RemoveField("outboxmessage", "version"),
            ],
        ),
    ]
