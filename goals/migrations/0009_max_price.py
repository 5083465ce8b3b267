"""PostgreSQL sells a ticket at no more than the buyer saw, and to nobody who is blocked by then.

The function of the release before stays for its processes, and calls the new one. The index finds
the sales whose show is not started in time.
"""

from django.db import migrations, models

from goals.migrations import _contribute_before_0009 as before
from goals.sql import CONTRIBUTE, CONTRIBUTE_AT_ANY_PRICE
from livestream.storage.sql_functions import PostgreSQLFunction


class Migration(migrations.Migration):
    dependencies = [("goals", "0008_terms_and_blocks"), ("wallet", "0002_ledger")]
    operations = [
        PostgreSQLFunction("goals_contribute(text, text, text, integer, timestamptz, bigint)", CONTRIBUTE),
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
