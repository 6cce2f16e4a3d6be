from django.db import migrations, models

import mynumber.webkit.tenancy


def _key(*names: str) -> models.CompositePrimaryKey:
    return models.CompositePrimaryKey(
        "tenant", *names, blank=True, editable=False, primary_key=True, serialize=False
    )


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="OwnCase",
            fields=[
                ("pk", _key("case")),
                ("tenant", mynumber.webkit.tenancy.TenantField()),
                ("case", models.UUIDField()),
                ("kind", models.CharField(max_length=10)),
                ("inquirer", models.CharField(max_length=80)),
                ("request_id", models.UUIDField()),
                ("affair", models.CharField(max_length=40)),
                ("information", models.CharField(max_length=100)),
                ("period", models.CharField(max_length=7, null=True)),
                ("addressee", models.CharField(max_length=40, null=True)),
                ("words", models.TextField()),
                ("written_at", models.DateTimeField()),
                ("arrived_at", models.DateTimeField()),
                ("state", models.CharField(max_length=10)),
                ("steps", models.IntegerField(default=0)),
                ("correction", models.UUIDField(null=True)),
            ],
            options={
                "db_table": "own_case",
                "indexes": [models.Index(fields=["tenant", "-arrived_at"], name="own_case_latest")],
            },
        ),
        migrations.CreateModel(
            name="OwnCaseStep",
            fields=[
                ("pk", _key("case", "sequence")),
                ("tenant", mynumber.webkit.tenancy.TenantField()),
                ("case", models.UUIDField()),
                ("sequence", models.IntegerField()),
                ("state", models.CharField(max_length=10)),
                ("words", models.TextField()),
                ("at", models.DateTimeField()),
                ("who", models.CharField(max_length=100)),
            ],
            options={"db_table": "own_case_step"},
        ),
    ]
