"""An index on the order of events, built while events are stored: the log may be long."""

from __future__ import annotations

from django.db import migrations, models

from livestream.storage.concurrent_index import AddIndexWhileWriting


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("livestream", "0011_event_epochs")]
    operations = [
        AddIndexWhileWriting(
            model_name="eventrecord",
            index=models.Index(fields=["transaction", "position"], name="event_in_order"),
        ),
    ]
