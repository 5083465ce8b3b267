"""PostgreSQL sells a ticket in one call."""

from django.db import migrations

from goals.migrations._contribute_before_0009 import CONTRIBUTE, SIGNATURE
from livestream.storage.sql_functions import PostgreSQLFunction


class Migration(migrations.Migration):
    dependencies = [("goals", "0001_initial"), ("wallet", "0002_ledger")]
    operations = [
        PostgreSQLFunction(SIGNATURE, CONTRIBUTE),
    ]
