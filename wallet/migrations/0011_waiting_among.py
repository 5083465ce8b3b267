"""A function of PostgreSQL that returns what waits to be counted into several accounts; see `wallet.sql.waiting`."""

from django.db import migrations

from livestream.storage.vendor_sql import VendorSQL
from wallet.sql import waiting


class Migration(migrations.Migration):
    dependencies = [("wallet", "0010_waiting_payments")]

    operations = [VendorSQL(waiting.CREATE_AMONG, waiting.DROP_AMONG)]
