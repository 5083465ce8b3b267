"""An index on the goals that a session and the feed show now."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("goals", "0012_block_performed")]

    operations = [
        migrations.AddIndex(
            model_name="goal",
            index=models.Index(fields=["session"], condition=Q(active=True), name="goal_active_in_session"),
        ),
    ]
