from django.db import migrations


class Migration(migrations.Migration):
    """Leave room on the pages of copies: a newer copy beside the older one needs no new entry in the index."""

    dependencies = [("gateway_files", "0002_walls"), ("gateway_tenants", "0006_source_of_copies")]

    operations = [
        migrations.RunSQL("ALTER TABLE copy SET (fillfactor = 75)", "ALTER TABLE copy RESET (fillfactor)")
    ]
