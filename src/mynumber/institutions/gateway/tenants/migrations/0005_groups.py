import django.contrib.postgres.fields
from django.db import migrations, models

import mynumber.webkit.tenancy
from mynumber.webkit.tenancy import TenantWall

ENDING = (
    "outcome, ended_at, hop, reason, permit_digest, provision, permitted_at, provided_at, as_of, deadline"
)
"""What is written when an exchange ends; who asked whom for what about whom is written once."""


class Migration(migrations.Migration):
    """Exchanges in groups: answers kept for a day, sheets that wait for a person, processes that know of each other."""

    dependencies = [("gateway_tenants", "0004_records_stay")]

    operations = [
        migrations.DeleteModel("Notice"),
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("tenant", mynumber.webkit.tenancy.TenantField()),
                ("side", models.CharField(max_length=10)),
                ("request_id", models.UUIDField()),
                ("outcome", models.CharField(max_length=20)),
                ("permit_digest", models.BinaryField()),
                ("at", models.DateTimeField()),
                ("hop", models.CharField(max_length=20, null=True)),
                ("reason", models.CharField(max_length=40, null=True)),
            ],
            options={
                "db_table": "notice",
                "indexes": [models.Index(fields=["tenant", "id"], name="notice_of_tenant")],
            },
        ),
        migrations.CreateModel(
            name="KeptFact",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "tenant",
                        "ended_at",
                        "request_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("tenant", mynumber.webkit.tenancy.TenantField()),
                ("ended_at", models.DateTimeField()),
                ("request_id", models.UUIDField()),
                ("fact", models.TextField()),
            ],
            options={"db_table": "kept_fact"},
        ),
        migrations.CreateModel(
            name="WaitingSheet",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "tenant",
                        "sheet_digest",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("tenant", mynumber.webkit.tenancy.TenantField()),
                ("sheet_digest", models.BinaryField()),
                ("provider", models.CharField(max_length=80)),
                ("sheet", models.TextField()),
                (
                    "request_ids",
                    django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), size=None),
                ),
                ("ask_at", models.DateTimeField()),
            ],
            options={
                "db_table": "waiting_sheet",
                "indexes": [models.Index(fields=["tenant", "ask_at"], name="waiting_sheet_due")],
            },
        ),
        migrations.CreateModel(
            name="Instance",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("started_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField()),
            ],
            options={"db_table": "gateway_instance"},
        ),
        *(
            migrations.AddField("siderecord", name, models.DateTimeField(null=True))
            for name in ("permitted_at", "provided_at", "as_of", "deadline")
        ),
        migrations.AddField("siderecord", "instance", models.UUIDField(null=True)),
        migrations.RemoveConstraint(model_name="siderecord", name="a_permit_is_used_once"),
        migrations.AddConstraint(
            model_name="siderecord",
            constraint=models.UniqueConstraint(
                condition=models.Q(("side", "provider")),
                fields=("tenant", "inquirer", "permit_digest"),
                name="a_permit_is_used_once",
            ),
        ),
        TenantWall("gateway_tenants", "Notice", "KeptFact", "WaitingSheet"),
        migrations.RunSQL(
            "GRANT USAGE ON SEQUENCE notice_id_seq TO gateway_tenant",
            "REVOKE USAGE ON SEQUENCE notice_id_seq FROM gateway_tenant",
        ),
        migrations.RunSQL(
            f"GRANT UPDATE ({ENDING}) ON side_record TO gateway_tenant", migrations.RunSQL.noop
        ),
    ]
