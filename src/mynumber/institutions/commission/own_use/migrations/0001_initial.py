from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("notice", models.UUIDField(primary_key=True, serialize=False)),
                ("sender", models.CharField(max_length=80)),
                ("kind", models.CharField(max_length=10)),
                ("affair", models.CharField(max_length=40)),
                ("content", models.TextField()),
                ("received_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "確認中"), ("accepted", "受理"), ("returned", "返戻")],
                        max_length=10,
                    ),
                ),
                ("begins", models.DateField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                ("decided_by", models.CharField(default="", max_length=100)),
                ("remark", models.CharField(default="", max_length=400)),
                ("told_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "own_use_notice",
                "indexes": [
                    models.Index(fields=["-received_at"], name="own_use_notice_latest"),
                    models.Index(fields=["affair", "received_at"], name="own_use_notice_of_affair"),
                ],
            },
        ),
    ]
