"""The coins of each payer in an escrow, as far as they are counted; counting keeps them from here on."""

from django.db import migrations, models

from livestream.storage.sql_functions import PostgreSQLFunction
from livestream.storage.vendor_sql import VendorSQL
from wallet.sql import breakdowns, totals


class Migration(migrations.Migration):
    dependencies = [("wallet", "0007_account_version")]

    operations = [
        migrations.CreateModel(
            name="PayerTotal",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "escrow_id", "payer_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("escrow_id", models.CharField(max_length=64)),
                ("payer_id", models.CharField(max_length=64)),
                ("coins", models.BigIntegerField()),
            ],
            options={
                "indexes": [models.Index(fields=["escrow_id", "-coins", "payer_id"], name="payer_total_most_first")],
            },
        ),
        VendorSQL(totals.CREATE_COUNTED_TRIGGER, totals.DROP_COUNTED_TRIGGER),
        PostgreSQLFunction("wallet_top_payers(text, integer)", breakdowns.TOP_PAYERS),
        PostgreSQLFunction("wallet_payers_after(text, text, integer)", breakdowns.PAYERS_AFTER),
    ]
