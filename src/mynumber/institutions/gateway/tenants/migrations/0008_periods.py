import django.contrib.postgres.fields
from django.db import migrations, models

import mynumber.webkit.tenancy

# the years of the copies that are there stand in their facts
KEYED_BY_PERIOD = """
ALTER TABLE copy ADD COLUMN period varchar(7) NOT NULL DEFAULT '';
ALTER TABLE copy ALTER COLUMN period TYPE varchar(7) USING coalesce('fy' || (fact::json->>'fiscal_year'), fact::json->>'month', '');
ALTER TABLE copy DROP CONSTRAINT copy_pkey;
ALTER TABLE copy ADD CONSTRAINT copy_pkey PRIMARY KEY (tenant, code, information, period)
"""


class Migration(migrations.Migration):
    """Keep copies by period, and record which periods were asked and given."""

    dependencies = [("gateway_tenants", "0007_source_of_facts_and_given")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(KEYED_BY_PERIOD, migrations.RunSQL.noop)],
            state_operations=[
                migrations.DeleteModel("Copy"),
                migrations.CreateModel(
                    name="Copy",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "tenant",
                                "code",
                                "information",
                                "period",
                                blank=True,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("tenant", mynumber.webkit.tenancy.TenantField()),
                        ("code", models.CharField(max_length=60)),
                        ("information", models.CharField(max_length=100)),
                        ("period", models.CharField(db_default="", max_length=7)),
                        ("as_of", models.DateTimeField()),
                        ("registered_at", models.DateTimeField()),
                        ("upload", models.UUIDField(null=True)),
                        ("fact", models.TextField()),
                    ],
                    options={"db_table": "copy"},
                ),
            ],
        ),
        *(
            migrations.AddField(
                "siderecord",
                name,
                django.contrib.postgres.fields.ArrayField(
                    base_field=models.CharField(max_length=7), null=True, size=None
                ),
            )
            for name in ("periods", "given")
        ),
        # what was asked is written once
        migrations.RunSQL("GRANT UPDATE (given) ON side_record TO gateway_tenant", migrations.RunSQL.noop),
    ]
