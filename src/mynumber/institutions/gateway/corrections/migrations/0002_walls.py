from django.db import migrations

from mynumber.webkit.tenancy import TenantWall


class Migration(migrations.Migration):
    """Wall corrections by tenant."""

    dependencies = [("gateway_corrections", "0001_initial")]

    operations = [TenantWall("gateway_corrections", "Correction", "ReceivedCorrection")]
