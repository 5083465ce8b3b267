"""The event log refuses every change."""

from django.db import migrations

from livestream.storage.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("livestream", "0001_initial")]
    operations = [AppendOnly("livestream_eventrecord")]
