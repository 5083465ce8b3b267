"""Payments that are given back before their escrow is settled."""

import django.db.models.deletion
from django.db import migrations, models

import livestream.fields
from livestream.storage.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [
        ("wallet", "0004_deposit_permission"),
    ]

    operations = [
        migrations.AddField(
            model_name="escrow",
            name="refunded_early",
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.CreateModel(
            name="EarlyRefund",
            fields=[
                (
                    "hold",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="early_refund",
                        serialize=False,
                        to="wallet.transfer",
                    ),
                ),
                ("payer_id", models.CharField(max_length=64)),
                ("amount", models.BigIntegerField()),
                ("kept", models.BigIntegerField(default=0)),
                ("reason", models.CharField(max_length=19)),
                ("batch", livestream.fields.ObjectIdField()),
                ("created_at", models.DateTimeField()),
                (
                    "escrow",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="early_refunds",
                        to="wallet.escrow",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["escrow", "payer_id"], name="early_refund_of_payer"),
                    models.Index(fields=["batch", "payer_id"], name="early_refund_of_batch"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kept__gte", 0), ("kept__lte", models.F("amount"))),
                        name="early_refund_keeps_a_part",
                    )
                ],
            },
        ),
        AppendOnly("wallet_earlyrefund"),
    ]
