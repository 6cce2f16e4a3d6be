from django.db import migrations

from mynumber.webkit.tenancy import TenantWall


class Migration(migrations.Migration):
    """Wall the letters by tenant."""

    dependencies = [("gateway_letters", "0001_initial")]

    operations = [TenantWall("gateway_letters", "Letter")]
