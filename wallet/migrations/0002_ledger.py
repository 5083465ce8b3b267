"""The ledger refuses every change, and PostgreSQL pays into an escrow in one call."""

from django.db import migrations

from livestream.storage.append_only import AppendOnly
from livestream.storage.sql_functions import PostgreSQLFunction
from wallet.sql import HOLD


class Migration(migrations.Migration):
    dependencies = [("wallet", "0001_initial")]
    operations = [
        AppendOnly("wallet_transfer"),
        PostgreSQLFunction("wallet_hold(text, text, text, bigint, jsonb, timestamptz)", HOLD),
    ]
