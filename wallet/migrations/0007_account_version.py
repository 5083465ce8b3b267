"""The version of a balance, which clients compare; payments count it from here on."""

from django.db import migrations, models

from livestream.storage.sql_functions import PostgreSQLFunction
from wallet.sql import HOLD

_UNCOUNTED = HOLD.replace(", version = version + 1", "").replace(", version = version - 1", "")


class Migration(migrations.Migration):
    dependencies = [("wallet", "0006_uncounted_deposits")]

    operations = [
        migrations.AddField("account", "version", models.BigIntegerField(db_default=0, default=0)),
        PostgreSQLFunction("wallet_hold(text, text, text, bigint, jsonb, timestamptz)", HOLD, before=_UNCOUNTED),
    ]
