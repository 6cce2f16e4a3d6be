import django.db.models.deletion
from django.db import migrations, models

import mynumber.webkit.tenancy


class Migration(migrations.Migration):
    """What the office saw of a private sender's signature on a document."""

    dependencies = (("municipality_applications", "0002_paid"),)

    operations = (
        migrations.CreateModel(
            name="PaperCheck",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("tenant", mynumber.webkit.tenancy.TenantField()),
                ("verified", models.BooleanField()),
                ("refused", models.CharField(blank=True, max_length=300)),
                ("claim", models.JSONField()),
                ("sender_name", models.CharField(blank=True, max_length=100)),
                ("corporate_number", models.CharField(blank=True, max_length=13)),
                ("kind_name", models.CharField(blank=True, max_length=100)),
                ("signed_at", models.DateTimeField(null=True)),
                ("said", models.BinaryField(null=True)),
                ("at", models.DateTimeField()),
                ("by_name", models.CharField(blank=True, max_length=100)),
                (
                    "paper",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="checks",
                        to="municipality_applications.paper",
                    ),
                ),
            ],
        ),
        mynumber.webkit.tenancy.TenantWall("municipality_applications", "papercheck", insert_only=True),
    )
