from django.db import migrations, models


class Migration(migrations.Migration):
    """A notice is for the core that gave the permit; what waits for one core does not stand before what is for another."""

    dependencies = [
        ("gateway_tenants", "0008_periods"),
    ]

    operations = [
        migrations.AddField(
            model_name="notice",
            name="core",
            field=models.CharField(db_default="network", max_length=80),
        ),
        migrations.RemoveIndex(
            model_name="notice",
            name="notice_of_tenant",
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(fields=["tenant", "core", "id"], name="notice_of_tenant"),
        ),
    ]
