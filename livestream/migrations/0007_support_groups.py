"""The groups of support staff; what they may do is granted once all permissions are there."""

from django.db import migrations

from livestream.desk import roles


def create(apps, schema_editor):
    roles.create_groups(apps=apps)


class Migration(migrations.Migration):
    dependencies = [
        ("livestream", "0006_support_lists"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]
    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
