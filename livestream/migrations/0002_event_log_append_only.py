"""The event log refuses every change."""

from django.db import migrations

from livestream.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("livestream", "0001_initial")]
    operations = [AppendOnly("livestream_eventrecord")]
