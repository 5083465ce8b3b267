"""Recordings that take several tasks of the provider's, one after the other."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("sessions_app", "0007_session_version"),
    ]

    operations = [
        migrations.AddField(
            model_name="recording",
            name="part",
            # Workers of the release before insert rows without it.
            field=models.PositiveIntegerField(db_default=1, default=1),
        ),
        migrations.AddField(
            model_name="recording",
            name="part_until",
            field=models.DateTimeField(null=True),
        ),
    ]
