from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("sessions_app", "0005_asset_by_state"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="rtccall",
            index=models.Index(fields=["action", "id"], name="rtc_call_by_action"),
        ),
        migrations.AddIndex(
            model_name="rtccall",
            index=models.Index(fields=["outcome", "id"], name="rtc_call_by_outcome"),
        ),
    ]
