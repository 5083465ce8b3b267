"""An index on the goals that a session and the feed show now, built while goals change."""

from __future__ import annotations

from django.db import migrations, models
from django.db.models import Q

from livestream.storage.concurrent_index import AddIndexWhileWriting


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("goals", "0012_block_performed")]
    operations = [
        AddIndexWhileWriting(
            model_name="goal",
            index=models.Index(fields=["session"], condition=Q(active=True), name="goal_active_in_session"),
        ),
    ]
