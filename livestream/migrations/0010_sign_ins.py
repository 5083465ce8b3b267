"""Sign-ins, to which tokens belong, and the permission to end them."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import livestream.fields
import livestream.ids


class Migration(migrations.Migration):
    dependencies = [
        ("livestream", "0009_outbox_claims"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="user",
            options={
                "permissions": [
                    ("block_user", "Can block and unblock somebody for a streamer"),
                    ("close_user", "Can close an account and open it again"),
                    ("sign_out_user", "Can end the sign-ins of an account"),
                ],
                "verbose_name": "user",
                "verbose_name_plural": "users",
            },
        ),
        migrations.CreateModel(
            name="SignIn",
            fields=[
                (
                    "id",
                    livestream.fields.ObjectIdField(
                        default=livestream.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("refresh_id", models.CharField(max_length=32)),
                ("fingerprint", models.CharField(max_length=64)),
                ("client_id", models.CharField(blank=True, max_length=64)),
                ("created_at", models.DateTimeField()),
                ("refreshed_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(db_index=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_because", models.CharField(blank=True, max_length=20)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sign_ins",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
    ]
