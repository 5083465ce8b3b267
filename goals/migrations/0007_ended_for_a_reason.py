from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """From now on the database refuses an end without its reason."""

    dependencies = [("goals", "0006_fill_ended_because")]

    operations = [
        migrations.AddConstraint(
            model_name="goal",
            constraint=models.CheckConstraint(
                condition=Q(ended_at=None, ended_because=None) | Q(ended_at__isnull=False, ended_because__isnull=False),
                name="goal_ended_for_a_reason",
            ),
        ),
    ]
