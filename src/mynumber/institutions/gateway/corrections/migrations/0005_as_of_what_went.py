from django.db import migrations, models


class Migration(migrations.Migration):
    """Let the trace of a copy keep out lines that are older than what took the copy away."""

    dependencies = [("gateway_corrections", "0004_forgetting")]

    operations = [migrations.AddField("GoneCopy", "as_of", models.DateTimeField(null=True))]
