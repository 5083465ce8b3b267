"""Terms of sales, blocks of time, checks of the stage, and versions of goals."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from livestream.storage.versions import CountsVersions


class Migration(migrations.Migration):
    dependencies = [
        ("goals", "0007_no_reason_before_the_end"),
        ("wallet", "0005_early_refunds"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="goal",
            name="rate",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="goal",
            name="stage_seen",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="goal",
            name="start_by",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="goal",
            name="terms_duration",
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="goal",
            name="terms_start_within",
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="goal",
            name="version",
            field=models.BigIntegerField(db_default=1, default=1, editable=False),
        ),
        migrations.AddField(
            model_name="performancemark",
            name="in_time",
            field=models.BooleanField(db_default=True, default=True),
        ),
        migrations.CreateModel(
            name="Block",
            fields=[
                (
                    "hold",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="wallet.transfer",
                    ),
                ),
                ("duration", models.PositiveIntegerField()),
                ("amount", models.BigIntegerField()),
                ("starts_at", models.DateTimeField(null=True)),
                ("cut_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField()),
                (
                    "goal",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="blocks",
                        to="goals.goal",
                    ),
                ),
                (
                    "payer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["created_at", "hold"],
                "indexes": [models.Index(fields=["goal", "payer", "created_at"], name="block_of_goal")],
            },
        ),
        migrations.CreateModel(
            name="StageCheck",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("asked_at", models.DateTimeField()),
                (
                    "answer",
                    models.CharField(
                        choices=[("there", "There"), ("not_there", "Not There"), ("unknown", "Unknown")], max_length=9
                    ),
                ),
                (
                    "goal",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="stage_checks",
                        to="goals.goal",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["goal", "asked_at", "id"], name="stage_check_of_goal")],
            },
        ),
        CountsVersions("goals_goal"),
    ]
