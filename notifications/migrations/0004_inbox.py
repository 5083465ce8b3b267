"""Webhooks know whom they concern; indexes of what they are looked for by, and none that only cost."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0003_support_lists"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="webhook",
            name="webhook_of_type",
        ),
        migrations.RemoveIndex(
            model_name="webhook",
            name="webhook_by_result",
        ),
        migrations.AddField(
            model_name="webhook",
            name="is_stage",
            field=models.BooleanField(db_default=True),
        ),
        migrations.AddField(
            model_name="webhook",
            name="subject_id",
            field=models.CharField(blank=True, db_default="", max_length=24),
        ),
        migrations.AddIndex(
            model_name="webhook",
            index=models.Index(
                condition=models.Q(("is_stage", True), ("processed_at", None)),
                fields=["subject_id", "time_ms", "id"],
                name="webhook_stage_queue",
            ),
        ),
        migrations.AddIndex(
            model_name="webhook",
            index=models.Index(
                condition=models.Q(("is_stage", True)), fields=["subject_id", "time_ms"], name="webhook_of_stage"
            ),
        ),
        migrations.AddIndex(
            model_name="webhook",
            index=models.Index(
                condition=models.Q(("name__in", ("channel_occupied", "channel_vacated"))),
                fields=["name", "id"],
                name="webhook_of_rare_type",
            ),
        ),
        migrations.AddIndex(
            model_name="webhook",
            index=models.Index(condition=models.Q(("result", "ignored")), fields=["id"], name="webhook_ignored"),
        ),
    ]
