from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="UntoldCode",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("core", models.CharField(max_length=80)),
                ("member", models.CharField(max_length=80)),
                ("code", models.CharField(max_length=60)),
                ("issued_at", models.DateTimeField()),
            ],
            options={
                "db_table": "untold_code",
                "indexes": [models.Index(fields=["core", "id"], name="untold_code_of_core")],
            },
        ),
    ]
