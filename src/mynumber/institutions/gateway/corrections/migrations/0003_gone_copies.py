from django.db import migrations, models

import mynumber.webkit.tenancy
from mynumber.webkit.tenancy import TenantWall


class Migration(migrations.Migration):
    """Let a copy that is taken away leave a trace."""

    dependencies = [("gateway_corrections", "0002_walls")]

    operations = [
        migrations.CreateModel(
            name="GoneCopy",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        *("tenant", "code", "information", "period"),
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("tenant", mynumber.webkit.tenancy.TenantField()),
                ("code", models.CharField(max_length=60)),
                ("information", models.CharField(max_length=100)),
                ("period", models.CharField(max_length=7)),
                ("gone_at", models.DateTimeField()),
                ("file", models.UUIDField(null=True)),
                ("correction", models.UUIDField(null=True)),
                ("reason", models.CharField(max_length=20, null=True)),
                ("is_told", models.BooleanField()),
            ],
            options={"db_table": "gone_copy"},
        ),
        TenantWall("gateway_corrections", "GoneCopy"),
    ]
