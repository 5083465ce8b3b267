"""A purchase keeps the `max_price` of its call, so that the same key with another one is refused."""

from django.db import migrations, models

from goals.migrations import _contribute_before_0011 as before
from goals.sql import CONTRIBUTE
from livestream.storage.sql_functions import PostgreSQLFunction


class Migration(migrations.Migration):
    dependencies = [("goals", "0010_blocks_of_open_invitations")]
    operations = [
        migrations.AddField("contribution", "max_price", models.BigIntegerField(null=True)),
        PostgreSQLFunction(before.SIGNATURE, CONTRIBUTE, before=before.CONTRIBUTE),
    ]
