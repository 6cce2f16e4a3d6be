from django.db import migrations, models


class Migration(migrations.Migration):
    """Find the first record, and the records of a week, without reading all of seven years: every resident's page asks for the first."""

    dependencies = [("network_core", "0002_insert_only")]

    operations = [
        migrations.AddIndex(
            model_name="exchange",
            index=models.Index(fields=["requested_at", "inquirer", "request_id"], name="exchange_by_time"),
        ),
        migrations.AddIndex(
            model_name="exchangeevent",
            index=models.Index(fields=["side", "at"], name="event_by_time"),
        ),
    ]
