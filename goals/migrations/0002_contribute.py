"""PostgreSQL sells a ticket in one call."""

from django.db import migrations

from goals.sql import CONTRIBUTE
from livestream.storage.sql_functions import PostgreSQLFunction


class Migration(migrations.Migration):
    dependencies = [("goals", "0001_initial"), ("wallet", "0002_ledger")]
    operations = [
        PostgreSQLFunction("goals_contribute(text, text, text, integer, timestamptz)", CONTRIBUTE),
    ]
