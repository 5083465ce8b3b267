"""Functions of PostgreSQL that add up the payments that wait to be counted; see `wallet.sql.waiting`."""

from django.db import migrations

from livestream.storage.vendor_sql import VendorSQL
from wallet.sql import waiting


class Migration(migrations.Migration):
    dependencies = [("wallet", "0009_fill_payer_totals")]

    operations = [VendorSQL(waiting.CREATE_SUMS, waiting.DROP_SUMS)]
