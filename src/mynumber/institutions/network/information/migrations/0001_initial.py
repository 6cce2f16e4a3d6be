from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="OwnVisit",
            fields=[
                ("visit", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("person", models.CharField(max_length=60)),
                ("signed_in_at", models.DateTimeField()),
                ("first_at", models.DateTimeField(db_index=True)),
            ],
            options={"db_table": "own_visit"},
        ),
        migrations.CreateModel(
            name="OwnRequest",
            fields=[
                ("request_id", models.UUIDField(primary_key=True, serialize=False)),
                ("visit", models.CharField(max_length=64)),
                ("at", models.DateTimeField(db_index=True)),
            ],
            options={"db_table": "own_request"},
        ),
    ]
