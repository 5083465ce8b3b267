"""The version of what a session shows."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("sessions_app", "0006_rtc_call_lists"),
    ]

    operations = [
        migrations.CreateModel(
            name="SessionVersion",
            fields=[
                (
                    "session",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="shown_version",
                        serialize=False,
                        to="sessions_app.session",
                    ),
                ),
                ("version", models.BigIntegerField(default=1)),
            ],
        ),
    ]
