from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """The database refuses a reason without an end.

    It lets an end without a reason pass: while this release takes over, processes of the one
    before it still end goals, and know no reasons.
    """

    dependencies = [("goals", "0006_fill_ended_because")]

    operations = [
        migrations.AddConstraint(
            model_name="goal",
            constraint=models.CheckConstraint(
                condition=Q(ended_because=None) | Q(ended_at__isnull=False),
                name="goal_no_reason_before_its_end",
            ),
        ),
    ]
