from django.db import migrations, models


class Migration(migrations.Migration):
    """Keep with each copy the file it came in, so that an answer tells its source."""

    dependencies = [("gateway_tenants", "0005_groups")]

    operations = [migrations.AddField("copy", "upload", models.UUIDField(null=True))]
