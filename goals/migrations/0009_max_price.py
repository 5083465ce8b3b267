"""The SQL function that sells tickets gets `max_price`, and checks blocks under the escrow's lock.

The function of the previous release stays for its processes, and calls the new one. The index finds
sales whose show did not start in time.
"""

from django.db import migrations, models

from goals.migrations import _contribute_before_0009 as before
from goals.migrations._contribute_before_0011 import CONTRIBUTE, SIGNATURE
from goals.sql import CONTRIBUTE_AT_ANY_PRICE
from livestream.storage.sql_functions import PostgreSQLFunction


class Migration(migrations.Migration):
    dependencies = [("goals", "0008_terms_and_blocks"), ("wallet", "0002_ledger")]
    operations = [
        PostgreSQLFunction(SIGNATURE, CONTRIBUTE),
        PostgreSQLFunction(before.SIGNATURE, CONTRIBUTE_AT_ANY_PRICE, before=before.CONTRIBUTE),
        migrations.AddIndex(
            model_name="goal",
            index=models.Index(
                condition=models.Q(("outcome", "completed"), ("show_goal", None), ("type__in", ("funding",))),
                fields=["start_by"],
                name="goal_show_awaited",
            ),
        ),
    ]
