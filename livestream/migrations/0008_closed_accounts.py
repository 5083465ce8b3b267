"""When an account was closed, when a tag was added, and the permission to close an account."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("livestream", "0007_support_groups"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="closed_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AlterModelOptions(
            name="user",
            options={
                "permissions": [
                    ("block_user", "Can block and unblock somebody for a streamer"),
                    ("close_user", "Can close an account and open it again"),
                ],
                "verbose_name": "user",
                "verbose_name_plural": "users",
            },
        ),
        migrations.AddIndex(
            model_name="user",
            index=models.Index(
                condition=models.Q(("closed_at", None), ("is_active", False)), fields=["id"], name="user_to_close"
            ),
        ),
        migrations.AddIndex(
            model_name="user",
            index=models.Index(
                condition=models.Q(("closed_at__isnull", False), ("is_active", True)),
                fields=["id"],
                name="user_reopened",
            ),
        ),
        migrations.AddField(
            model_name="usertag",
            name="added_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
    ]
