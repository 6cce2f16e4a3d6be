from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("network_core", "0005_retention")]

    operations = [
        migrations.CreateModel(
            name="DeliveredVersion",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "member", "version", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("member", models.CharField(max_length=80)),
                ("version", models.IntegerField()),
                ("at", models.DateTimeField()),
            ],
            options={"db_table": "delivered_version"},
        ),
    ]
